// A run's inputs as a file of JSON lines: whoever has it can fold the same blocks again and gets the same verdicts.
import { closeSync, createWriteStream, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import { canonical } from '../core/canonical.ts'
import { BadDataError, UserError } from '../core/errors.ts'
import type { Hex, Input } from '../core/flow.ts'
import { inputSchema, word } from './input-schema.ts'
import { type Line, linesOf, tornTail } from './whole-lines.ts'

export interface CaptureHeader {
  readonly chainId: number
  /** Of the rules that the run was made under; another run may fold the inputs under others. */
  readonly rulesHash?: Hex
}

export interface CaptureWriter {
  /** Bytes of a torn last line that were cut off when the file was opened. */
  readonly cutBytes: number
  /** In the kernel's hands when this returns; with .gz in zlib's. */
  write(input: Input): void
  close(): Promise<void>
}

const headerSchema = z.strictObject({
  format: z.literal('firebreak-capture'),
  version: z.literal(1),
  chainId: z.int().min(1),
  rulesHash: word.optional(),
})

/**
 * Opens a capture to write. One that exists is continued if its header says the same; a torn last line is cut off first.
 * `.gz`: compressed, never continued, and what was written since the last flush of zlib is lost in a crash.
 */
export function openCapture(file: string, header: CaptureHeader): CaptureWriter {
  const first = `${canonical({ format: 'firebreak-capture', version: 1, ...header })}\n`
  return file.endsWith('.gz') ? openZipped(file, first) : openPlain(file, first)
}

function openPlain(file: string, first: string): CaptureWriter {
  const fd = open(file, 'a+')
  const { end, size } = tornTail(fd)
  if (end < size) ftruncateSync(fd, end)
  if (end === 0) writeSync(fd, first)
  else {
    const there = Buffer.alloc(Buffer.byteLength(first))
    readSync(fd, there, 0, there.length, 0)
    if (there.toString('utf8') !== first) {
      closeSync(fd)
      throw new UserError(`capture ${file}`, there.toString('utf8').trim(), `a new file, or one that begins with ${first.trim()}`)
    }
  }
  return {
    cutBytes: size - end,
    write: (input) => void writeSync(fd, `${canonical(input)}\n`),
    async close() {
      fsyncSync(fd)
      closeSync(fd)
    },
  }
}

function openZipped(file: string, first: string): CaptureWriter {
  const zip = createGzip()
  const out = zip.pipe(createWriteStream(file, { fd: open(file, 'wx') }))
  const done = finished(out)
  let failure: unknown
  done.catch((error: unknown) => {
    failure = error
  })
  zip.write(first)
  return {
    cutBytes: 0,
    write(input) {
      if (failure !== undefined) throw failure
      zip.write(`${canonical(input)}\n`)
    },
    async close() {
      zip.end()
      await done
    },
  }
}

export interface ReadCapture {
  readonly header: CaptureHeader
  /** Each checked; errors name the line. Once only. */
  readonly inputs: AsyncGenerator<Input, void>
}

/** `onTorn`: the last line broke off at this line number, as the writer crashed; all before it is whole. */
export async function readCapture(file: string, onTorn: (line: number) => void = () => undefined): Promise<ReadCapture> {
  const lines = linesOf(file, open(file, 'r'))
  const { value: first } = await lines.next()
  if (first === undefined || !first.whole) throw bad(file, 1, 'the first line', first?.text, 'the whole header of a capture')
  const { chainId, rulesHash } = parse(headerSchema, file, 1, first.text)
  return { header: { chainId, ...(rulesHash === undefined ? {} : { rulesHash }) }, inputs: inputsOf(file, lines, chainId, onTorn) }
}

async function* inputsOf(
  file: string,
  lines: AsyncGenerator<Line, void>,
  chainId: number,
  onTorn: (line: number) => void,
): AsyncGenerator<Input, void> {
  let number = 1
  for await (const line of lines) {
    number++
    if (!line.whole) return onTorn(number)
    const input: Input = parse(inputSchema, file, number, line.text)
    const got = 'block' in input ? input.block.chainId : input.kind === 'operator' ? chainId : input.chainId
    if (got !== chainId) throw bad(file, number, 'the chain id', got, `${chainId}, as in the header`)
    yield input
  }
}

function parse<T>(schema: z.ZodType<T>, file: string, line: number, text: string): T {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw bad(file, line, 'the line', text, 'JSON')
  }
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw bad(file, line, issue?.path.length === 0 ? 'the line' : (issue?.path.join('.') ?? ''), text, issue?.message ?? 'an input')
}

const bad = (file: string, line: number, what: string, got: unknown, want: string): BadDataError =>
  new BadDataError({ from: `${file}:${line}`, what, got, want })

function open(file: string, flags: 'r' | 'a+' | 'wx'): number {
  try {
    return openSync(file, flags)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const want =
      code === 'ENOENT'
        ? 'a file in a folder that exists'
        : code === 'EEXIST'
          ? 'a new name: a .gz is never continued'
          : `a file to open (${code})`
    throw new UserError('capture', file, want)
  }
}
