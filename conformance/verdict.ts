export class Failed extends Error {
  override readonly name = 'Failed'
}

export class Skipped extends Error {
  override readonly name = 'Skipped'
}

export function must(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Failed(reason)
}

/** What a text looks like in a reason. */
export const short = (text: string): string => (text.length > 120 ? `${text.slice(0, 120)}…` : text)
