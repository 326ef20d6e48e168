import { use, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Prose } from '../lesson/Prose.tsx';
import { useRecords } from '../progress/useProgress.ts';
import { Lost } from '../shell/Lost.tsx';
import { useServices } from '../shell/services.ts';
import { TopBar } from '../shell/TopBar.tsx';
import type { MilestoneData, Section } from '../../../wasm/toolchain/types.ts';
import { Choices } from '../lesson/Choices.tsx';
import { MilestoneRun, type RunResult } from './MilestoneRun.tsx';
import { Provenance } from './Provenance.tsx';
import { usePassed } from './useRunDisk.ts';
import './page.css';

export default function MilestonePage({ slug }: { slug: string }) {
  const { milestones } = use(useServices().course.index());
  return milestones.some((each) => each.slug === slug) ? <Known slug={slug} /> : <Lost />;
}

function Known({ slug }: { slug: string }) {
  const { course } = useServices();
  const milestone = use(course.milestone(slug));
  const { lessons, milestones } = use(course.index());
  const records = useRecords();
  const owned = lessons.flatMap((lesson) => (records[lesson.slug]?.accepted ? [lesson.slug] : []));
  const [search, setSearch] = useSearchParams();
  const asked = search.has('mine') ? (search.get('mine') ?? '').split(',') : owned;
  const mine = asked.filter((each) => owned.includes(each));
  const { passed, pass } = usePassed();
  const [results, setResults] = useState<Record<string, RunResult>>({});
  const [shown, setShown] = useState(0);
  const [running, setRunning] = useState<string[] | null>(null);
  const run = milestone.runs[shown]!;
  const before = passed[slug];
  const following = milestones[milestones.findIndex((each) => each.slug === slug) + 1];

  const choose = (units: string[]) => {
    setResults({});
    setSearch(
      (now) => {
        if (units.length === owned.length) now.delete('mine');
        else now.set('mine', units.join());
        return now;
      },
      { replace: true },
    );
  };
  const finished = (name: string, result: RunResult) => {
    const all = { ...results, [name]: result };
    setResults(all);
    if (milestone.runs.every((each) => all[each.name]?.passed)) {
      const accuracy = milestone.runs.map((each) => all[each.name]!.quality.accuracy);
      pass({ slug, version: milestone.version, at: Date.now(), mine: running ?? [], accuracy });
    }
  };

  return (
    <>
      <title>{`${milestone.year} · TinyTorch`}</title>
      <TopBar />
      <main className="milestone">
        <article className="milestone-text reading-text">
          <p className="reading-part">Milestone · {milestone.year}</p>
          <h1>{milestone.title}</h1>
          <p className="reading-summary">{milestone.summary}</p>
          <Text milestone={milestone} />
        </article>
        <section className="milestone-run" aria-label="The run">
          {before !== undefined && (
            <p className="milestone-passed">
              <strong>✓ Passed</strong> on {new Date(before.at).toLocaleDateString('en')}
              {before.mine.length > 0
                ? `, with ${String(before.mine.length)} units of your own.`
                : ', on the course’s engine.'}{' '}
              {following && (
                <Link href={`/milestone/${following.slug}`}>Next: {following.title}</Link>
              )}
            </p>
          )}
          <Provenance {...{ lessons, mine, running }} passed={owned} onChange={choose} />
          {milestone.runs.length > 1 && (
            <div className="row" role="group" aria-label="Runs of this milestone">
              {milestone.runs.map(({ name, title }, index) => (
                <button
                  key={name}
                  type="button"
                  className="button"
                  aria-pressed={index === shown}
                  onClick={() => setShown(index)}
                >
                  {results[name]?.passed && '✓ '}
                  {index + 1}. {title}
                </button>
              ))}
            </div>
          )}
          <MilestoneRun
            key={`${run.name} ${mine.join()}`}
            place={`${slug}/${run.name}/${mine.join('+')}`}
            {...{ run, mine }}
            result={results[run.name] ?? null}
            onMade={setRunning}
            onResult={(result) => finished(run.name, result)}
          />
        </section>
      </main>
    </>
  );
}

function Text({ milestone: { sections } }: { milestone: MilestoneData }) {
  const questions = sections.filter((section) => section.kind === 'question');
  return sections.map((section, index) => (
    <Part
      key={index}
      section={section}
      number={section.kind === 'question' ? questions.indexOf(section) : -1}
    />
  ));
}

function Part({ section, number }: { section: Section; number: number }) {
  const [chosen, setChosen] = useState<number | null>(null);
  switch (section.kind) {
    case 'prose':
      return <Prose html={section.html} />;
    case 'question':
      return <Choices {...{ question: section, number, chosen }} onChoose={setChosen} />;
    default:
      return null;
  }
}
