/** 128 or 256 random bits in base64url that happen to begin with a hyphen; no option is as long. */
const HYPHENATED_ID = /^-(?:[\w-]{21}|[\w-]{42})$/
const FLAGS = ['--json', '--yes']

/** Lets an id that begins with a hyphen stand where an id is wanted, without `--` before it. */
export function protectIds(args: readonly string[]): string[] {
  const at = args.findIndex((arg, index) => index >= 2 && HYPHENATED_ID.test(arg) && isFree(args, index))
  if (at < 0 || args.includes('--')) return [...args]
  return [...args.slice(0, at), ...args.slice(at + 1), '--', ...args.slice(at, at + 1)]
}

/** Whether it is not the value of an option. */
function isFree(args: readonly string[], index: number): boolean {
  const before = args[index - 1] ?? ''
  return index === 2 || FLAGS.includes(before) || !before.startsWith('-')
}
