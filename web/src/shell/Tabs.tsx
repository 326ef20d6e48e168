import type { KeyboardEvent } from 'react';
import { useRef } from 'react';

export interface Tab<Id extends string> {
  id: Id;
  label: string;
  /** A small number or sign behind the label. */
  badge?: string;
  hint?: string;
}

interface Props<Id extends string> {
  label: string;
  tabs: Tab<Id>[];
  active: Id;
  onChange: (id: Id) => void;
  /** Begins the ids of tabs and panels: `${prefix}-tab-${id}` and `${prefix}-panel`. */
  prefix: string;
  /** Panels with an id of their own: `${prefix}-panel-${id}`. */
  manyPanels?: boolean;
  className?: string;
}

const steps: Record<string, number> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  Home: -Infinity,
  End: Infinity,
};

/** A list of tabs with one tab stop; arrow keys move. */
export function Tabs<Id extends string>(props: Props<Id>) {
  const { label, tabs, active, onChange, prefix, manyPanels, className } = props;
  const list = useRef<HTMLDivElement>(null);

  function move(event: KeyboardEvent) {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const now = tabs.findIndex((tab) => tab.id === active);
    const next = Number.isFinite(step)
      ? (now + step + tabs.length) % tabs.length
      : step < 0
        ? 0
        : tabs.length - 1;
    onChange(tabs[next]!.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  }

  return (
    <div ref={list} role="tablist" aria-label={label} className={`tabs ${className ?? ''}`}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={`${prefix}-tab-${tab.id}`}
          type="button"
          role="tab"
          aria-selected={tab.id === active}
          aria-controls={manyPanels ? `${prefix}-panel-${tab.id}` : `${prefix}-panel`}
          tabIndex={tab.id === active ? 0 : -1}
          title={tab.hint}
          onClick={() => onChange(tab.id)}
          onKeyDown={move}
        >
          {tab.label}
          {tab.badge && <span className="badge">{tab.badge}</span>}
        </button>
      ))}
    </div>
  );
}
