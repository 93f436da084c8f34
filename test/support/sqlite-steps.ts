import { column, index, STEPS, type Step } from '../../adapters/sqlite/schema.js'

/** A schema as the next version of the server may have it: a column, an index on it, and a value for the rows that are there. */
export const NEXT_STEPS: readonly Step[] = [
  ...STEPS,
  {
    parts: [column('grants', 'channel', 'TEXT'), index('grants_by_channel', 'grants (channel)')],
    backfills: [{ name: 'grants.channel', table: 'grants', lacking: 'channel IS NULL', set: `channel = 'web'` }],
  },
]
