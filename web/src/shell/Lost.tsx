import { Link } from 'wouter';
import { TopBar } from './TopBar.tsx';

export function Lost() {
  return (
    <>
      <title>Not found · TinyTorch</title>
      <TopBar />
      <main className="crash">
        <h1>There is no such page</h1>
        <p>
          <Link href="/">Go to the course map</Link>
        </p>
      </main>
    </>
  );
}
