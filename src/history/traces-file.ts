// The traces of a chunk's blocks: one packed text a block, since they are looked at whole or not at all.
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { canonical } from '../core/canonical.ts'
import type { BlockTraces } from '../core/trace.ts'
import { tracesSchema } from '../ingest/input-schema.ts'
import type { EncodedFile } from './encode.ts'
import { Blob } from './hex.ts'
import { DamagedFileError, type SegmentFile } from './segment-file.ts'
import type { StoredBlock } from './types.ts'

/** Unpacked; a block's limits of frames and writes are far below. */
const MOST_TEXT_BYTES = 1 << 26
/** A frame or a write as text, about: for the size of a chunk. */
const BYTES_A_ROW = 300

export const traceBytes = ({ traces }: StoredBlock): number =>
  traces?.kind === 'seen' ? BYTES_A_ROW * traces.txs.reduce((sum, { calls, writes }) => sum + 1 + calls.length + writes.length, 0) : 0

/** undefined: nobody asked for traces of any of these blocks. */
export function tracesFile(blocks: readonly StoredBlock[]): EncodedFile | undefined {
  if (blocks.every(({ traces }) => traces === undefined)) return undefined
  const texts = new Blob()
  for (const { traces } of blocks) texts.push(traces === undefined ? '0x' : `0x${deflateRawSync(canonical(traces)).toString('hex')}`)
  const columns = [
    { name: 'starts', kind: 'u32', data: texts.starts },
    { name: 'texts', kind: 'bytes', data: texts.data },
  ] as const
  return { name: 'traces.seg', kind: 'traces', rows: blocks.length, about: null, columns }
}

/** Of the n-th block. @throws DamagedFileError from what it gives, for a text that is none */
export function tracesOf(path: string, segment: SegmentFile): (n: number) => BlockTraces | undefined {
  const starts = segment.u32('starts')
  const texts = segment.bytes('texts')
  return (n) => {
    const packed = texts.subarray(starts[n], starts[n + 1])
    if (packed.length === 0) return undefined
    try {
      return tracesSchema.parse(JSON.parse(inflateRawSync(packed, { maxOutputLength: MOST_TEXT_BYTES }).toString('utf8')))
    } catch (cause) {
      throw new DamagedFileError(path, `the traces of its block ${n} (${cause instanceof Error ? cause.message.slice(0, 80) : 'no text'})`)
    }
  }
}
