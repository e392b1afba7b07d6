// The whole lines of a file, zipped or not: what is behind the last line feed was broken off by a crash.
import { createReadStream, fstatSync, readSync } from 'node:fs'
import { createGunzip } from 'node:zlib'

const STRIDE = 65_536
const LINE_FEED = 10

export interface Line {
  readonly text: string
  /** False: it broke off, and nothing comes after it. */
  readonly whole: boolean
}

/** Closes `fd` when it ends or is left. */
export async function* linesOf(file: string, fd: number): AsyncGenerator<Line, void> {
  const raw = createReadStream(file, { fd })
  const source = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let start = 0
      for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED, start)) {
        yield { text: rest.toString('utf8', start, end), whole: true }
        start = end + 1
      }
      rest = rest.subarray(start)
    }
  } catch (error) {
    // A zip that breaks off is a torn file; anything else is a failure to read.
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') throw error
    return yield { text: '', whole: false }
  } finally {
    raw.destroy()
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), whole: false }
}

/** The size of a file, and how much of it is whole lines. */
export function tornTail(fd: number): { readonly end: number; readonly size: number } {
  const { size } = fstatSync(fd)
  const buffer = Buffer.alloc(STRIDE)
  for (let to = size; to > 0; ) {
    const from = Math.max(0, to - STRIDE)
    const read = readSync(fd, buffer, 0, to - from, from)
    const at = buffer.subarray(0, read).lastIndexOf(LINE_FEED)
    if (at >= 0) return { end: from + at + 1, size }
    to = from
  }
  return { end: 0, size }
}
