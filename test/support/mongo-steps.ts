import { STEPS, type Step } from '../../adapters/mongo/schema.js'

/** The counterpart of `sqlite-steps.ts`. */
export const NEXT_STEPS: readonly Step[] = [
  ...STEPS,
  {
    collections: {},
    indexes: [{ collection: 'grants', name: 'by_channel', key: { channel: 1 } }],
    backfills: [
      { name: 'grants.channel', collection: 'grants', lacking: { channel: { $exists: false } }, set: { $set: { channel: 'web' } } },
    ],
  },
]
