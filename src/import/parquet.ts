// A Parquet file as rows of named columns, each value checked: who reads wrong bytes should learn which file, column and row.
import { readFileSync } from 'node:fs'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { BadDataError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'

export interface ParquetFile {
  readonly file: string
  readonly rows: number
  has(column: string): boolean
  /** Only these columns. @throws BadDataError if one is not there */
  read(columns: readonly string[]): Promise<readonly ParquetRow[]>
}

/** One row; the reading functions name file, column and row in what they throw. */
export class ParquetRow {
  constructor(
    private readonly file: string,
    readonly row: number,
    private readonly values: Readonly<Record<string, unknown>>,
  ) {}

  /** A whole number from 0 to 2^53 - 1. */
  number(column: string): number {
    const value = this.values[column]
    const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN
    return Number.isSafeInteger(number) && number >= 0 ? number : this.fail(column, value, 'a whole number, 0 or more')
  }

  /** So many bytes, binary or as 0x and hex. */
  hex(column: string, bytes?: number): Hex {
    const value = this.values[column]
    const text =
      value instanceof Uint8Array ? `0x${Buffer.from(value).toString('hex')}` : typeof value === 'string' ? value.toLowerCase() : ''
    if (/^0x([0-9a-f]{2})*$/.test(text) && (bytes === undefined || text.length === 2 + 2 * bytes)) return text as Hex
    return this.fail(column, value, `${bytes === undefined ? 'bytes' : `${bytes} bytes`}, binary or as hex with 0x`)
  }

  isNull(column: string): boolean {
    return this.values[column] === null || this.values[column] === undefined
  }

  fail(column: string, got: unknown, want: string): never {
    throw new BadDataError({ from: this.file, what: `column ${column}, row ${this.row + 1}`, got: shown(got), want })
  }
}

export function openParquet(file: string): ParquetFile {
  const bytes = readFileSync(file)
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const bad = (error: unknown): BadDataError =>
    new BadDataError({
      from: file,
      what: 'the file',
      got: error instanceof Error ? error.message : String(error),
      want: 'a whole Parquet file',
    })
  const metadata = tried(() => parquetMetadata(buffer, { geoparquet: false }), bad)
  const there = metadata.schema.slice(1).map(({ name }) => name)
  return {
    file,
    rows: Number(metadata.num_rows),
    has: (column) => there.includes(column),
    async read(columns) {
      for (const column of columns)
        if (!there.includes(column))
          throw new BadDataError({ from: file, what: 'the columns', got: there.join(', '), want: `${column} among them` })
      try {
        // without annotation bytes are bytes, not text
        const options = { file: buffer, metadata, columns: [...columns], compressors, utf8: false, geoparquet: false }
        const rows = (await parquetReadObjects(options)) as readonly Readonly<Record<string, unknown>>[]
        return rows.map((values, row) => new ParquetRow(file, row, values))
      } catch (error) {
        throw bad(error)
      }
    },
  }
}

function tried<T>(work: () => T, bad: (error: unknown) => Error): T {
  try {
    return work()
  } catch (error) {
    throw bad(error)
  }
}

const shown = (value: unknown): unknown => (value instanceof Uint8Array ? `${value.length} bytes` : value)
