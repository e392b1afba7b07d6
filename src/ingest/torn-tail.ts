// Where the whole lines of a file end: what is behind the last line feed was broken off by a crash.
import { fstatSync, readSync } from 'node:fs'

const STRIDE = 65_536

export function tornTail(fd: number): { readonly end: number; readonly size: number } {
  const { size } = fstatSync(fd)
  const buffer = Buffer.alloc(STRIDE)
  for (let to = size; to > 0; ) {
    const from = Math.max(0, to - STRIDE)
    const read = readSync(fd, buffer, 0, to - from, from)
    const at = buffer.subarray(0, read).lastIndexOf(10)
    if (at >= 0) return { end: from + at + 1, size }
    to = from
  }
  return { end: 0, size }
}
