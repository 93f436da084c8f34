import { InvalidArgumentError, type Command } from 'commander'
import { milliseconds } from '../../domain/duration.js'

/** A command that does something: all of them take `--json`. */
export const verb = (noun: Command, usage: string, description: string): Command =>
  noun.command(usage).description(description).option('--json', 'print one JSON document and nothing else')

/** A verb that takes something away, so it asks first. */
export const destructive = (noun: Command, usage: string, description: string): Command =>
  verb(noun, usage, description).option('--yes', 'do not ask for confirmation')

/** For an option that may be given again and again; an empty value alone empties the list. */
export const several = (value: string, previous: readonly string[] = []): readonly string[] =>
  value === '' ? previous : [...previous, value]

/** The same, for a closed set of values. */
export const severalOf =
  <T extends string>(choices: readonly T[]) =>
  (value: string, previous: readonly T[] = []): readonly T[] => {
    if (value === '') return previous
    const choice = choices.find((name) => name === value)
    if (choice === undefined) throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
    return [...previous, choice]
  }

const LONGEST = '365d'

/** For an option that is a duration: its milliseconds. */
export const durationFrom =
  (shortest: string) =>
  (value: string): number => {
    const ms = milliseconds(value)
    if (Number.isNaN(ms)) throw new InvalidArgumentError('It is not a duration like 90s, 15m, 12h or 30d.')
    if (ms < milliseconds(shortest) || ms > milliseconds(LONGEST))
      throw new InvalidArgumentError(`It must be from ${shortest} to ${LONGEST}.`)
    return ms
  }
