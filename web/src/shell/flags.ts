/** Small settings that may be lost without harm. Work is kept by `progress/`. */
export function readFlag(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function writeFlag(name: string, value: string | null) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage refused: the setting lasts as long as the page.
  }
}
