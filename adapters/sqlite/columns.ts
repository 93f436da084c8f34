import { StoreUnavailable } from '../../domain/errors.js'
import type { Row, SqlValue } from './driver.js'

/** Adds and never replaces: what is there stays as it is, and no row has changed. */
export const insertInto = (table: string, columns: readonly string[]): string =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')}) ON CONFLICT DO NOTHING`

/** Every column of the row that `key` names. */
export const replaceIn = (table: string, columns: readonly string[], key: string): string =>
  `UPDATE ${table} SET ${columns.map((column) => `${column} = :${column}`).join(', ')} WHERE ${key} = :${key}`

/** A condition on the columns that have a value, each of which must match. */
export function matching(values: Readonly<Record<string, SqlValue | undefined>>): { readonly where: string; readonly parameters: Row } {
  const given = Object.entries(values).filter((entry): entry is [string, SqlValue] => entry[1] !== undefined)
  return { where: ['TRUE', ...given.map(([column]) => `${column} = :${column}`)].join(' AND '), parameters: Object.fromEntries(given) }
}

/** So that a filter that lost its fields does not end everything. */
export function demandField(filter: object): void {
  if (Object.values(filter).every((value) => value === undefined)) throw new TypeError('a filter needs at least one field')
}

export const maybeMilliseconds = (date: Date | undefined): number | null => date?.getTime() ?? null
export const json = (value: unknown): string => JSON.stringify(value)
export const bit = (value: boolean): number => (value ? 1 : 0)

export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw missing(row, column, 'text')
  return value
}

export function integer(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw missing(row, column, 'number')
  return value
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw missing(row, column, 'bytes')
  return value
}

/** A server may run before the store is prepared for it. */
const missing = (row: Row, column: string, what: string): Error =>
  column in row
    ? new TypeError(`${column} holds no ${what}`)
    : new StoreUnavailable(`the store lacks a part of its schema (column ${column}): run \`portcullis store prepare\``)

const isNull = (row: Row, column: string): boolean => row[column] === null

export const date = (row: Row, column: string): Date => new Date(integer(row, column))
export const strings = (row: Row, column: string): readonly string[] => JSON.parse(text(row, column)) as string[]
export const isSet = (row: Row, column: string): boolean => integer(row, column) === 1
export const maybeText = (row: Row, column: string): string | undefined => (isNull(row, column) ? undefined : text(row, column))
export const maybeDate = (row: Row, column: string): Date | undefined => (isNull(row, column) ? undefined : date(row, column))

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Leaves out what is undefined: absent fields are absent. */
export const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>
