export type Cell = string | number | boolean | Date | readonly string[] | undefined
export type Row = Readonly<Record<string, Cell>>

/** What could move a cursor, hide or reorder text, or is half a character. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const escape = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join('')

/** Text that a terminal shows as it is and that does nothing else. */
export const harmless = (text: string): string => text.replace(UNSAFE, escape)

/** One JSON document on one line, still JSON and harmless to a terminal. */
export const jsonDocument = (document: object): string => `${harmless(JSON.stringify(document))}\n`

function cellText(cell: Cell): string {
  if (cell === undefined || (Array.isArray(cell) && cell.length === 0)) return '-'
  if (cell instanceof Date) return cell.toISOString()
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  return harmless(typeof cell === 'object' ? cell.join(' ') : String(cell))
}

const heading = (key: string): string => key.replaceAll('_', ' ').toUpperCase()

/** Columns as in the first row, or the sentence that there are none. */
export function table(rows: readonly Row[], none: string): string {
  const [first] = rows
  if (first === undefined) return `${none}\n`
  const keys = Object.keys(first)
  const lines = [keys.map(heading), ...rows.map((row) => keys.map((key) => cellText(row[key])))]
  const widths = keys.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map(
      (line) =>
        `${line
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** One line for each field that is there. */
export function sheet(row: Row): string {
  const fields = Object.entries(row).filter(([, cell]) => cell !== undefined)
  const width = Math.max(...fields.map(([key]) => key.length))
  return fields.map(([key, cell]) => `${key.replaceAll('_', ' ').padEnd(width)}  ${cellText(cell)}\n`).join('')
}
