// The directories of a chain's chunks: which are whole, and how one comes to be there or is replaced without a moment of half of it.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from '../core/flow.ts'
import type { DecoderRegistry } from '../decode/registry.ts'
import { BLOCKS_FILE, manifestOf } from './chunk.ts'
import { encodeChunk, type Manifest } from './encode.ts'
import { DamagedFileError, readSegmentHead, type SegmentHead, writeSegment } from './segment-file.ts'
import type { HistoryProblem, HistorySource, StoredBlock } from './types.ts'

export interface ChunkEntry {
  readonly path: string
  readonly fromBlock: number
  readonly toBlock: number
  readonly blocks: number
  readonly bytes: number
  readonly manifest: Manifest
}

interface Seen {
  /** Of the directory as it was when it was looked at. */
  readonly stamp: string
  readonly found: ChunkEntry | DamagedFileError
}

const NAME = /^(\d+)-(\d+)$/
const NEW = '.new-'
const OLD = '.old-'

export class ChunkFolder {
  readonly path: string
  /** In ascending order, none over another. */
  whole: readonly ChunkEntry[] = []
  private readonly seen = new Map<string, Seen>()
  private overlaps: readonly HistoryProblem[] = []

  constructor(
    folder: string,
    private readonly chainId: number,
  ) {
    this.path = join(folder, String(chainId))
    this.look()
  }

  /** What is there now. Only headers are read, and those only of what is new. */
  look(): void {
    const names = existsSync(this.path) ? readdirSync(this.path).filter((name) => NAME.test(name)) : []
    for (const name of this.seen.keys()) if (!names.includes(name)) this.seen.delete(name)
    for (const name of names) this.lookAt(name)
    const all = [...this.seen.values()].flatMap(({ found }) => (found instanceof DamagedFileError ? [] : [found]))
    all.sort((a, b) => a.fromBlock - b.fromBlock || b.toBlock - a.toBlock)
    const whole: ChunkEntry[] = []
    const overlaps: HistoryProblem[] = []
    for (const entry of all) {
      const last = whole.at(-1)
      if (!last || entry.fromBlock > last.toBlock) whole.push(entry)
      // one that lies in another was merged into it, and a crash left it behind
      else if (entry.toBlock > last.toBlock) overlaps.push({ file: entry.path, what: `overlaps ${last.path}, and is passed over` })
    }
    this.whole = whole
    this.overlaps = overlaps
  }

  holding(number: number): ChunkEntry | undefined {
    const entry = this.firstFrom(number)
    return entry && entry.fromBlock <= number ? entry : undefined
  }

  /** The first one that ends at this block or later. */
  firstFrom(number: number): ChunkEntry | undefined {
    let low = 0
    let high = this.whole.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.whole[middle] as ChunkEntry).toBlock < number) low = middle + 1
      else high = middle
    }
    return this.whole[low]
  }

  /** Hashes that the ends of a stretch of new blocks must meet. */
  meeting(blocks: readonly StoredBlock[]): { readonly before: Hex | undefined; readonly after: Hex | undefined } {
    const from = blocks[0]?.number ?? 0
    const to = blocks.at(-1)?.number ?? 0
    return { before: this.holding(from - 1)?.manifest.lastHash, after: this.holding(to + 1)?.manifest.parentHash }
  }

  markDamaged({ path, fromBlock, toBlock }: ChunkEntry, error: DamagedFileError): void {
    const name = `${fromBlock}-${toBlock}`
    this.seen.set(name, { stamp: stampOf(path), found: error })
    this.whole = this.whole.filter((entry) => entry.path !== path)
  }

  problems(): readonly HistoryProblem[] {
    const damaged = [...this.seen.values()].flatMap(({ found }) => (found instanceof DamagedFileError ? [found] : []))
    return [...damaged.map(({ file, what }) => ({ file, what })), ...this.overlaps]
  }

  /** Ends what a crash interrupted. Only for who holds the lock. */
  recover(): void {
    for (const name of readdirSync(this.path)) {
      const path = join(this.path, name)
      if (name.startsWith(NEW)) rmSync(path, { recursive: true })
      if (!name.startsWith(OLD)) continue
      const place = join(this.path, name.slice(OLD.length))
      if (existsSync(place)) rmSync(path, { recursive: true })
      else renameSync(path, place)
    }
    this.look()
    this.removeUnder(this.whole)
  }

  /** One chunk of all these blocks, in place of all that lies within their range and of what is damaged there. */
  write(blocks: readonly StoredBlock[], sources: readonly HistorySource[], registry: DecoderRegistry): void {
    const [first, last] = [blocks[0], blocks.at(-1)]
    if (!first || !last) return
    const { others, blocks: file, ...counts } = encodeChunk(this.chainId, blocks, registry)
    const range = { chainId: this.chainId, fromBlock: first.number, toBlock: last.number }
    const name = `${first.number}-${last.number}`
    const made = join(this.path, `${NEW}${name}`)
    mkdirSync(made)
    try {
      const files = others.map(({ name, columns, ...head }) => ({
        name,
        ...writeSegment(join(made, name), { ...range, ...head }, columns),
      }))
      const manifest: Manifest = {
        parentHash: first.parentHash,
        lastHash: last.hash,
        fromTimeS: first.timeS,
        toTimeS: last.timeS,
        ...counts,
        sources: [...new Set(sources)].sort(),
        files,
      }
      writeSegment(join(made, file.name), { ...range, kind: file.kind, rows: file.rows, about: manifest }, file.columns)
      syncFolder(made)
    } catch (error) {
      rmSync(made, { recursive: true, force: true }) // a full disk must not stay full of halves
      throw error
    }
    const place = join(this.path, name)
    const aside = join(this.path, `${OLD}${name}`)
    const there = existsSync(place)
    if (there) renameSync(place, aside)
    renameSync(made, place)
    syncFolder(this.path)
    if (there) rmSync(aside, { recursive: true })
    this.look()
    this.removeUnder(this.whole.filter(({ path }) => path === place))
  }

  /** What was merged into these, and damaged ones whose blocks are here again. */
  private removeUnder(entries: readonly ChunkEntry[]): void {
    const kept = new Set(this.whole.map(({ path }) => path))
    for (const name of [...this.seen.keys()]) {
      const [, from, to] = (NAME.exec(name) ?? []).map(Number)
      const path = join(this.path, name)
      if (from === undefined || to === undefined || kept.has(path)) continue
      const damaged = this.seen.get(name)?.found instanceof DamagedFileError
      const covered = entries.some((e) => (damaged ? from <= e.toBlock && to >= e.fromBlock : from >= e.fromBlock && to <= e.toBlock))
      if (!covered) continue
      rmSync(path, { recursive: true })
      this.seen.delete(name)
    }
  }

  private lookAt(name: string): void {
    const path = join(this.path, name)
    const stamp = stampOf(path)
    if (this.seen.get(name)?.stamp === stamp) return
    this.seen.set(name, { stamp, found: this.inspect(name, path) })
  }

  private inspect(name: string, path: string): Seen['found'] {
    try {
      const file = join(path, BLOCKS_FILE)
      const head = readSegmentHead(file)
      const manifest = manifestOf(file, head.about)
      mustBe(file, head, this.chainId, name)
      for (const { name: other, bytes } of manifest.files) {
        const stat = statSync(join(path, other), { throwIfNoEntry: false })
        if (stat?.size !== bytes)
          throw new DamagedFileError(join(path, other), stat ? `it has ${stat.size} bytes; want ${bytes}` : 'it is not there')
      }
      const bytes = manifest.files.reduce((sum, one) => sum + one.bytes, head.seal.bytes)
      const { fromBlock, toBlock } = head
      return { path, fromBlock, toBlock, blocks: toBlock - fromBlock + 1, bytes, manifest }
    } catch (error) {
      if (error instanceof DamagedFileError) return error
      throw error
    }
  }
}

function mustBe(file: string, head: SegmentHead, chainId: number, name: string): void {
  const said = `chain ${head.chainId}, blocks ${head.fromBlock}-${head.toBlock}`
  const want = `chain ${chainId}, blocks ${name}`
  if (said !== want || head.kind !== 'blocks') throw new DamagedFileError(file, `it is of ${said}; want ${want}, as its folder says`)
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat ? `${stat.ino} ${stat.mtimeMs}` : 'gone'
}

/** A rename is in the folder's own data: it lasts when that is on the disk. */
function syncFolder(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
