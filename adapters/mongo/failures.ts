import {
  BSON,
  MongoAPIError,
  MongoError,
  MongoNetworkError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoClientClosedError,
  MongoNotConnectedError,
  MongoWriteConcernError,
} from 'mongodb'
import { InvalidInput, StoreUnavailable } from '../../domain/errors.js'
import { TimedOut } from './asking.js'

const DUPLICATE_KEY = 11000
const NOT_A_REPLICA_SET = 123

/** Of the server's error codes those that a wrong statement or document of this program earns. */
const MISTAKES: ReadonlySet<number | string | undefined> = new Set([
  2,
  4,
  9,
  14,
  16,
  28,
  40,
  52,
  53,
  54,
  55,
  59,
  66,
  72,
  121,
  DUPLICATE_KEY,
])

/** Codes after which the same may succeed in a moment: elections, shutdowns, networks, locks, confirmations that did not come. */
const PASSING: ReadonlySet<number | string | undefined> = new Set([
  6, 7, 24, 46, 50, 63, 64, 89, 91, 112, 117, 133, 134, 150, 189, 202, 262, 384, 9001, 10058, 10107, 11600, 11602, 13388, 13435, 13436,
])

const CLOSED = [MongoClientClosedError, MongoNotConnectedError, MongoServerClosedError, MongoTopologyClosedError]

const WORDS: Readonly<Record<number, string>> = {
  13: 'does not allow this user what the server needs (role readWrite, and dbAdmin for `portcullis store prepare`)',
  18: 'refuses the user name or the password',
  189: 'has no primary at the moment',
  8000: 'refuses the user name or the password',
  10107: 'has no primary at the moment',
  13435: 'has no primary at the moment',
  13436: 'has no primary at the moment',
}

export const isDuplicate = (error: unknown): boolean => error instanceof MongoServerError && error.code === DUPLICATE_KEY

/** Whether the server refuses it because it belongs to no replica set. */
export const isAlone = (error: unknown): boolean => error instanceof MongoServerError && error.code === NOT_A_REPLICA_SET

/** Whether the server did it, and waited in vain for a majority to have it. */
export const isUnconfirmed = (error: unknown): boolean => error instanceof MongoWriteConcernError

/** Whether nobody can tell what happened, or certainly nothing did and the same may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError || isUnconfirmed(error)) return true
  return error instanceof MongoError && (PASSING.has(error.code) || error.hasErrorLabel('RetryableWriteError'))
}

/** The error as it leaves this adapter: a mistake in this program as it is, anything else as StoreUnavailable. */
export function failure(error: unknown, address: string, isOpen: boolean): unknown {
  if (isOpen && isMistake(error)) return error
  return error instanceof StoreUnavailable
    ? error
    : new StoreUnavailable(`the store ${address} ${isOpen ? wordsFor(error) : 'is closed'}`, { cause: error })
}

function isMistake(error: unknown): boolean {
  if (error instanceof MongoServerError) return MISTAKES.has(error.code) && !isPassing(error)
  if (CLOSED.some((closed) => error instanceof closed)) return false
  if (error instanceof MongoAPIError || error instanceof BSON.BSONError || error instanceof InvalidInput) return true
  // What the system says (a file of certificates, a name that is not found) has a code; our own slips have none.
  return error instanceof TypeError && !('code' in error)
}

function wordsFor(error: unknown): string {
  // The driver does not export this one.
  if (error instanceof Error && error.name === 'MongoWaitQueueTimeoutError') return 'is busy: no connection became free in time'
  if (error instanceof TimedOut) return 'did not answer in time'
  if (CLOSED.some((closed) => error instanceof closed)) return 'is closed'
  if (isUnconfirmed(error)) return 'did not confirm a write in time'
  if (error instanceof MongoServerError)
    return WORDS[Number(error.code)] ?? `cannot do its work now (${error.codeName ?? 'unknown reason'})`
  return 'cannot be reached'
}
