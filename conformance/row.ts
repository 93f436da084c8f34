import type { World } from './world.js'

export type Severity = 'Critical' | 'High' | 'Medium' | 'Low'

/** One thing that an authorization server must do, and how to see by HTTP whether it does. */
export interface Row {
  readonly id: string
  /** What demands it. */
  readonly clause: string
  readonly severity: Severity
  readonly title: string
  /** Throws Failed when the server does something else, Skipped when it does not offer what the row is about. */
  check(world: World): Promise<void>
}
