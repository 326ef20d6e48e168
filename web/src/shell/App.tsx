import { lazy, Suspense } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { Route, Router, Switch } from 'wouter';
import { LessonRoute } from '../lesson/LessonRoute.tsx';
import { CourseMap } from '../progress/CourseMap.tsx';
import { Crash } from './Crash.tsx';
import { Lost } from './Lost.tsx';
import type { Services } from './services.ts';
import { ServicesContext } from './services.ts';

const Playground = lazy(() => import('../playground/Playground.tsx'));
const TrainingPage = lazy(() => import('../training/TrainingPage.tsx'));
const MilestonePage = lazy(() => import('../training/MilestonePage.tsx'));

export function App({ services }: { services: Services }) {
  return (
    <ServicesContext value={services}>
      <Router base={services.base.replace(/\/$/, '')}>
        <ErrorBoundary FallbackComponent={Crash} onReset={services.course.forget}>
          <Suspense fallback={<p className="loading">Loading the course…</p>}>
            <Switch>
              <Route path="/" component={CourseMap} />
              <Route path="/lesson/:slug">
                {({ slug }) => <LessonRoute key={slug} slug={slug} />}
              </Route>
              <Route path="/playground" component={Playground} />
              <Route path="/train" component={TrainingPage} />
              <Route path="/milestone/:slug">
                {({ slug }) => <MilestonePage key={slug} slug={slug} />}
              </Route>
              <Route component={Lost} />
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </Router>
    </ServicesContext>
  );
}
