// One file of columns: a header that says where each is, and a CRC under everything, so that what is torn or rotten is never read.
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { endianness } from 'node:os'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { FirebreakError, UserError } from '../core/errors.ts'
import { LANES } from '../decode/lanes.ts'

/** `u32` is kept in as few bytes a cell as its largest value needs; `word` as the lanes up to the highest that is not zero. */
export type ColumnData =
  | { readonly name: string; readonly kind: 'bytes'; readonly data: Uint8Array }
  | { readonly name: string; readonly kind: 'u32'; readonly data: Uint32Array }
  | { readonly name: string; readonly kind: 'f64'; readonly data: Float64Array }
  /** Eight lanes a row. */
  | { readonly name: string; readonly kind: 'word'; readonly data: Uint32Array }

export interface SegmentHead {
  readonly kind: 'blocks' | 'event' | 'reads' | 'other' | 'traces'
  readonly chainId: number
  readonly fromBlock: number
  readonly toBlock: number
  readonly rows: number
  /** What this kind of file says besides. */
  readonly about: unknown
}

/** What a manifest keeps of a file. The header's CRC covers those of the columns, so that it stands for every byte. */
export interface SegmentSeal {
  readonly bytes: number
  readonly headerCrc: number
}

/** A file of history that is torn, rotten or missing: what it held counts as a gap. */
export class DamagedFileError extends FirebreakError {
  readonly retryable = false
  constructor(
    readonly file: string,
    readonly what: string,
  ) {
    super(`${file}: ${what}`)
  }
}

const FORMAT = 'FBHIST'
const VERSION = '01'
const PREFIX_BYTES = 16
const ALIGN_BYTES = 8
/** No header is near this long; a length beyond it is damage. */
const MOST_HEADER_BYTES = 1 << 26

const count = z.int().min(0)
const headerSchema = z.strictObject({
  kind: z.enum(['blocks', 'event', 'reads', 'other', 'traces']),
  chainId: z.int().min(1),
  fromBlock: count,
  toBlock: count,
  rows: count,
  about: z.unknown(),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(['bytes', 'u32', 'f64', 'word']),
      /** Bytes a cell of `u32`, lanes a cell of `word`, else 1. */
      width: z.int().min(0).max(LANES),
      bytes: count,
      crc: count,
    }),
  ),
})
type Header = z.infer<typeof headerSchema>

export interface SegmentFile extends SegmentHead {
  readonly seal: SegmentSeal
  has(name: string): boolean
  /** @throws DamagedFileError for a column that isn't there or is of another kind */
  bytes(name: string): Uint8Array
  u32(name: string): Uint32Array
  f64(name: string): Float64Array
  /** Eight lanes a row. */
  word(name: string): Uint32Array
}

/** Writes and syncs a new file. */
export function writeSegment(file: string, head: SegmentHead, columns: readonly ColumnData[]): SegmentSeal {
  littleEndianOnly()
  const packed = columns.map((column) => ({ column, ...pack(column, head.rows) }))
  const about: Header = {
    kind: head.kind,
    chainId: head.chainId,
    fromBlock: head.fromBlock,
    toBlock: head.toBlock,
    rows: head.rows,
    about: head.about,
    columns: packed.map(({ column: { name, kind }, width, data }) => ({ name, kind, width, bytes: data.length, crc: crc32(data) })),
  }
  const text = Buffer.from(JSON.stringify(about))
  const header = Buffer.alloc(aligned(text.length), ' ')
  text.copy(header)
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.write(`${FORMAT}${VERSION}`, 'latin1')
  prefix.writeUInt32LE(header.length, 8)
  const headerCrc = crc32(header)
  prefix.writeUInt32LE(headerCrc, 12)
  const fd = openSync(file, 'wx')
  try {
    let bytes = 0
    for (const part of [prefix, header, ...packed.map(({ data }) => data)]) {
      for (let at = 0; at < part.length; ) at += writeSync(fd, part, at, part.length - at)
      const padding = aligned(part.length) - part.length
      if (padding > 0) writeSync(fd, new Uint8Array(padding))
      bytes += part.length + padding
    }
    fsyncSync(fd)
    return { bytes, headerCrc }
  } finally {
    closeSync(fd)
  }
}

/** Only the header: a few hundred bytes. @throws DamagedFileError if it is damaged, or the file is of another size than it says */
export function readSegmentHead(file: string): SegmentHead & { readonly seal: SegmentSeal } {
  const fd = open(file)
  try {
    const { header, seal } = headerOf(file, fd, fstatSync(fd).size)
    return { ...header, seal }
  } finally {
    closeSync(fd)
  }
}

/** The whole file. @throws DamagedFileError if any byte of it is not what was written */
export function readSegment(file: string): SegmentFile {
  littleEndianOnly()
  const fd = open(file)
  try {
    const { header, seal, start } = headerOf(file, fd, fstatSync(fd).size)
    const body = readAt(file, fd, start, seal.bytes - start)
    const found = new Map<string, { readonly kind: string; readonly width: number; readonly data: Uint8Array }>()
    let at = 0
    for (const { name, kind, width, bytes, crc } of header.columns) {
      const data = body.subarray(at, at + bytes)
      if (crc32(data) !== crc) throw damaged(file, `the CRC of column ${name}`, crc32(data), String(crc))
      at += aligned(bytes)
      for (let n = at - aligned(bytes) + bytes; n < at; n++) if (body[n] !== 0) throw damaged(file, `padding after ${name}`, body[n], '0')
      found.set(name, { kind, width, data })
    }
    const get = (name: string, kind: string) => {
      const column = found.get(name)
      if (column?.kind !== kind) throw damaged(file, `column ${name}`, column?.kind, kind)
      return column
    }
    return {
      ...header,
      seal,
      has: (name) => found.has(name),
      bytes: (name) => get(name, 'bytes').data,
      u32: (name) => widened(get(name, 'u32')),
      f64: (name) => {
        const { data } = get(name, 'f64')
        return new Float64Array(data.buffer, data.byteOffset, data.length / 8)
      },
      word: (name) => expanded(get(name, 'word'), header.rows),
    }
  } finally {
    closeSync(fd)
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new DamagedFileError(file, 'it is not there')
    throw error
  }
}

function headerOf(file: string, fd: number, size: number): { readonly header: Header; readonly seal: SegmentSeal; readonly start: number } {
  if (size < PREFIX_BYTES) throw damaged(file, 'its size', size, `${PREFIX_BYTES} bytes or more`)
  const prefix = Buffer.from(readAt(file, fd, 0, PREFIX_BYTES).buffer)
  const format = prefix.toString('latin1', 0, FORMAT.length)
  const version = prefix.toString('latin1', FORMAT.length, FORMAT.length + VERSION.length)
  if (format !== FORMAT) throw damaged(file, 'its format', JSON.stringify(format), FORMAT)
  // not damage: what another build wrote must not be replaced as if it were
  if (version !== VERSION && /^\d\d$/.test(version))
    throw new UserError(`history file ${file}`, `format version ${version}`, `${VERSION}: use the build that wrote it, or another folder`)
  if (version !== VERSION) throw damaged(file, 'its version', JSON.stringify(version), VERSION)
  const length = prefix.readUInt32LE(8)
  if (length > MOST_HEADER_BYTES || PREFIX_BYTES + length > size) throw damaged(file, 'its size', size, `${PREFIX_BYTES + length} or more`)
  const bytes = readAt(file, fd, PREFIX_BYTES, length)
  const headerCrc = crc32(bytes)
  if (headerCrc !== prefix.readUInt32LE(12)) throw damaged(file, 'the CRC of its header', headerCrc, String(prefix.readUInt32LE(12)))
  const { data: header, error } = headerSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  if (!header) throw damaged(file, 'its header', error.issues[0]?.message, 'what this version writes')
  const start = PREFIX_BYTES + length
  const whole = header.columns.reduce((sum, column) => sum + aligned(column.bytes), start)
  if (size !== whole) throw damaged(file, 'its size', size, `${whole} bytes`)
  return { header, seal: { bytes: size, headerCrc }, start }
}

function readAt(file: string, fd: number, from: number, length: number): Uint8Array {
  // an ArrayBuffer of its own, so that columns can be looked at as numbers where they lie
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; ) {
    const read = readSync(fd, bytes, at, length - at, from + at)
    if (read === 0) throw damaged(file, 'its size', from + at, `${from + length} bytes`)
    at += read
  }
  return bytes
}

const damaged = (file: string, what: string, got: unknown, want: string): DamagedFileError =>
  new DamagedFileError(file, `${what} is ${String(got)}; want ${want}`)

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

function pack(column: ColumnData, rows: number): { readonly width: number; readonly data: Uint8Array } {
  switch (column.kind) {
    case 'bytes':
      return { width: 1, data: column.data }
    case 'f64':
      return { width: 1, data: bytesOf(column.data) }
    case 'u32': {
      let seen = 0
      for (let n = 0; n < column.data.length; n++) seen |= column.data[n] as number
      if (seen >>> 0 < 0x100) return { width: 1, data: Uint8Array.from(column.data) }
      if (seen >>> 0 < 0x10000) return { width: 2, data: bytesOf(Uint16Array.from(column.data)) }
      return { width: 4, data: bytesOf(column.data) }
    }
    case 'word':
      return narrowed(column.data, rows)
  }
}

/** Most amounts use two or three of their eight lanes, an address five. */
function narrowed(words: Uint32Array, rows: number): { readonly width: number; readonly data: Uint8Array } {
  let width = 0
  for (let row = 0; row < rows && width < LANES; row++)
    for (let lane = LANES - 1; lane >= width; lane--)
      if (words[row * LANES + lane] !== 0) {
        width = lane + 1
        break
      }
  const data = new Uint32Array(rows * width)
  for (let row = 0, at = 0; row < rows; row++) for (let lane = 0; lane < width; lane++) data[at++] = words[row * LANES + lane] as number
  return { width, data: bytesOf(data) }
}

function expanded({ data, width }: { readonly data: Uint8Array; readonly width: number }, rows: number): Uint32Array {
  const lanes = new Uint32Array(data.buffer, data.byteOffset, data.length / 4)
  if (width === LANES) return lanes
  const words = new Uint32Array(rows * LANES)
  if (width === 0) return words
  // lane by lane: each loop has one step
  for (let lane = 0; lane < width; lane++)
    for (let from = lane, to = lane; from < lanes.length; from += width, to += LANES) words[to] = lanes[from] as number
  return words
}

function widened({ data, width }: { readonly data: Uint8Array; readonly width: number }): Uint32Array {
  if (width === 1) return Uint32Array.from(data)
  if (width === 2) return Uint32Array.from(new Uint16Array(data.buffer, data.byteOffset, data.length / 2))
  return new Uint32Array(data.buffer, data.byteOffset, data.length / 4)
}

/** Lanes lie in files as they lie in memory. Every machine that Node runs on in practice agrees. */
function littleEndianOnly(): void {
  if (endianness() !== 'LE')
    throw new UserError('history', `a machine of byte order ${endianness()}`, 'LE: files hold numbers as such machines do')
}
