import type { Document, Filter, IndexSpecification, UpdateFilter } from 'mongodb'
import { AGGREGATES, type Aggregate } from '../../domain/records.js'
import type { Stored } from './documents.js'
import { objectSchema, SHAPES } from './shapes.js'

export interface IndexPart {
  readonly collection: Aggregate
  readonly name: string
  readonly key: Readonly<Record<string, 1 | -1>> & IndexSpecification
  readonly unique?: true
  readonly sparse?: true
  /** The server deletes a document so many seconds after the date in the field. */
  readonly expireAfterSeconds?: number
}

/**
 * Gives documents what they lack. Documents may come and go meanwhile, and servers that have not heard of it write on, also when it is over: what
 * lacks it afterwards must be understood for good.
 */
export interface Backfill {
  /** `users.locale`, say. */
  readonly name: string
  readonly collection: Aggregate
  /** A document that has got what `set` sets must not match. */
  readonly lacking: Filter<Stored>
  readonly set: UpdateFilter<Stored> | Document[]
}

export interface Step {
  /** With the validator of today: the last step that names a collection decides. */
  readonly collections: Readonly<Partial<Record<Aggregate, Document>>>
  readonly indexes: readonly IndexPart[]
  readonly backfills?: readonly Backfill[]
}

/** The server deletes by its own clock, which may differ from the clocks here and may step; an end is decided here, deleting only tidies up. */
const EXPIRED = { expireAfterSeconds: 300 } as const

/**
 * `_id` carries what is asked for most: the id, or person and client of a consent. A collection may be sharded by its hash; users and keys have
 * another unique field and stay on one shard. A rotation changes no field of an index.
 */
const INDEXES: readonly IndexPart[] = [
  { collection: 'users', name: 'by_username', key: { username: 1 }, unique: true },
  { collection: 'keys', name: 'by_ordinal', key: { ordinal: 1 }, unique: true },
  { collection: 'grants', name: 'of_user', key: { userId: 1, clientId: 1 } },
  { collection: 'grants', name: 'of_client', key: { clientId: 1 } },
  { collection: 'grants', name: 'by_expiry', key: { expiresAt: 1 }, ...EXPIRED },
  // Not by the server: an ended grant is known as ended until pruning forgets it.
  { collection: 'grants', name: 'by_end', key: { endedAt: 1 }, sparse: true },
  { collection: 'consents', name: 'of_user', key: { userId: 1 } },
  { collection: 'consents', name: 'of_client', key: { clientId: 1 } },
  { collection: 'sessions', name: 'of_user', key: { userId: 1 } },
  { collection: 'sessions', name: 'by_idle_expiry', key: { idleExpiresAt: 1 }, ...EXPIRED },
  { collection: 'sessions', name: 'by_expiry', key: { expiresAt: 1 }, ...EXPIRED },
  { collection: 'flows', name: 'by_expiry', key: { expiresAt: 1 }, ...EXPIRED },
  { collection: 'flows', name: 'by_end', key: { spentAt: 1 }, sparse: true },
]

export const validatorOf = (aggregate: Aggregate): Document => ({ $jsonSchema: objectSchema({ ...SHAPES[aggregate] }) })

const SECOND_INDEXES: readonly IndexPart[] = [
  { collection: 'deniedTokens', name: 'by_expiry', key: { expiresAt: 1 }, ...EXPIRED },
  { collection: 'attempts', name: 'by_end', key: { until: 1 }, ...EXPIRED },
]
const SECOND: readonly Aggregate[] = ['deniedTokens', 'attempts']

const validators = (aggregates: readonly Aggregate[]) =>
  Object.fromEntries(aggregates.map((aggregate) => [aggregate, validatorOf(aggregate)]))

/** A consent of before that knows no resource says which scope was approved where; what others allowed together is unknown. */
const PERMISSIONS: Backfill = {
  name: 'consents.permissions',
  collection: 'consents',
  lacking: { permissions: { $exists: false }, resources: [] },
  set: [
    {
      $set: {
        permissions: {
          $map: { input: '$scopes', in: { registration: '$clientRegistration', scope: '$$this', resources: [], audience: [] } },
        },
      },
    },
  ],
}

/** Version n of the schema is what the first n steps make. Released steps keep their indexes and backfills; add one. */
export const STEPS: readonly Step[] = [
  { collections: validators(AGGREGATES.filter((aggregate) => !SECOND.includes(aggregate))), indexes: INDEXES },
  { collections: validators([...SECOND, 'users', 'clients', 'sessions']), indexes: SECOND_INDEXES },
  { collections: validators(['consents']), indexes: [], backfills: [PERMISSIONS] },
]
