// Parquet files in the layout of paradigm's cryo (`ethereum__logs__17000000_to_17000999.parquet`) as blocks with their logs.
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { BadDataError, UserError } from '../core/errors.ts'
import type { Hex, Log } from '../core/flow.ts'
import type { StoredBlock } from '../history/types.ts'
import { openParquet, type ParquetFile, type ParquetRow } from './parquet.ts'

export interface CryoFolder {
  /** Blocks that the names of the files promise, with their logs. */
  readonly blocks: number
  /** What was read and is not kept, since history has no place for it yet. */
  readonly notKept: readonly { readonly dataset: string; readonly files: number; readonly rows: number }[]
  /** In order; between stretches that the files do not have there are gaps. Reads are not asked. */
  read(): AsyncGenerator<StoredBlock, void>
}

export interface CryoOptions {
  readonly chainId: number
  /** The hash of a block that is known otherwise, as the parent of the first of a stretch. */
  readonly hashOf: (number: number) => Hex | undefined
  readonly onNote: (text: string) => void
}

type Dataset = 'blocks' | 'logs' | 'transactions' | 'traces'
interface Part {
  readonly file: string
  readonly fromBlock: number
  readonly toBlock: number
}

const NAME = /^.+__(blocks|logs|transactions|traces)__(\d+)_to_(\d+)(?:__.*)?\.parquet$/
const TOPICS = ['topic0', 'topic1', 'topic2', 'topic3']

/** @throws UserError if there are no blocks or no logs, BadDataError naming file, column and row */
export function openCryo(folder: string, options: CryoOptions): CryoFolder {
  const parts: Record<Dataset, Part[]> = { blocks: [], logs: [], transactions: [], traces: [] }
  for (const file of readdirSync(folder, { recursive: true }).map(String).sort()) {
    const [, dataset, from, to] = NAME.exec(basename(file)) ?? []
    if (dataset !== undefined) parts[dataset as Dataset].push({ file: join(folder, file), fromBlock: Number(from), toBlock: Number(to) })
  }
  for (const dataset of ['blocks', 'logs'] as const)
    if (parts[dataset].length === 0)
      throw new UserError(
        '--cryo',
        folder,
        `a folder with files like ethereum__${dataset}__17000000_to_17000999.parquet: run \`cryo blocks logs\``,
      )
  for (const list of Object.values(parts)) inOrder(list)
  const covered = parts.blocks.map((part) => blocksOfBoth(part, parts.logs))
  const notKept = (['transactions', 'traces'] as const).flatMap((dataset) => {
    const files = parts[dataset].map(({ file }) => openParquet(file))
    for (const { file, has } of files)
      if (!has('block_number'))
        throw new BadDataError({ from: file, what: 'the columns', got: 'no block_number', want: `those of cryo's ${dataset}` })
    return files.length === 0 ? [] : [{ dataset, files: files.length, rows: files.reduce((sum, { rows }) => sum + rows, 0) }]
  })
  return {
    blocks: covered.reduce((sum, numbers) => sum + numbers, 0),
    notKept,
    read: () => new CryoReader(parts, options).blocks(),
  }
}

function inOrder(list: Part[]): void {
  list.sort((a, b) => a.fromBlock - b.fromBlock)
  for (const [n, { file, fromBlock }] of list.entries()) {
    const before = list[n - 1]
    if (before && fromBlock <= before.toBlock)
      throw new BadDataError({
        from: file,
        what: 'the first block',
        got: fromBlock,
        want: `one above ${before.toBlock}, the last of ${basename(before.file)}`,
      })
  }
}

const blocksOfBoth = ({ fromBlock, toBlock }: Part, logs: readonly Part[]): number =>
  logs.reduce((sum, one) => sum + Math.max(0, Math.min(toBlock, one.toBlock) + 1 - Math.max(fromBlock, one.fromBlock)), 0)

interface Head {
  readonly number: number
  readonly hash: Hex
  readonly timeS: number
  readonly parentHash: Hex | undefined
}

class CryoReader {
  private readonly logs = new Rows<Log & { readonly block: number }>((part) => this.logsOf(part))
  private readonly hashes = new Rows<{ readonly block: number; readonly txIndex: number; readonly hash: Hex }>((part) =>
    this.hashesOf(part),
  )
  private unlinked = false
  constructor(
    private readonly parts: Readonly<Record<Dataset, readonly Part[]>>,
    private readonly options: CryoOptions,
  ) {}

  async *blocks(): AsyncGenerator<StoredBlock, void> {
    let before: Head | undefined
    for (const part of this.parts.blocks)
      for (const head of await this.headsOf(part)) {
        const { number, hash, timeS } = head
        if (!this.parts.logs.some(({ fromBlock, toBlock }) => fromBlock <= number && number <= toBlock)) {
          this.note(`no file of logs has block ${number} and those like it: blocks without their logs are left out`)
          continue
        }
        const previous = before?.number === number - 1 ? before : undefined
        before = head
        if (head.parentHash !== undefined && previous !== undefined && head.parentHash !== previous.hash)
          throw new BadDataError({
            from: part.file,
            what: `the parent_hash of block ${number}`,
            got: head.parentHash,
            want: `${previous.hash}, the hash of block ${number - 1}`,
          })
        const parentHash = head.parentHash ?? previous?.hash ?? this.options.hashOf(number - 1)
        if (head.parentHash === undefined && !this.unlinked) {
          this.unlinked = true
          this.note(
            `${basename(part.file)} has no column parent_hash, so whether blocks are of one chain is not checked; to have it: cryo blocks --include-columns parent_hash`,
          )
        }
        if (parentHash === undefined) {
          this.note(`block ${number} is left out: nothing says which block is its parent`)
          continue
        }
        const logs = await this.logsAt(number)
        yield { number, hash, parentHash, timeS, logs, reads: [], readsState: 'not-asked' }
      }
  }

  private readonly noted = new Set<string>()
  private note(text: string): void {
    const kind = text.replace(/\d+/g, '')
    if (!this.noted.has(kind)) this.options.onNote(text)
    this.noted.add(kind)
  }

  private async headsOf(part: Part): Promise<readonly Head[]> {
    const file = openParquet(part.file)
    const linked = file.has('parent_hash')
    const rows = await this.rowsOf(file, part, ['block_hash', 'timestamp', ...(linked ? ['parent_hash'] : [])])
    const heads = rows.map((row) => ({
      number: row.number('block_number'),
      hash: row.hex('block_hash', 32),
      timeS: row.number('timestamp'),
      parentHash: linked ? row.hex('parent_hash', 32) : undefined,
    }))
    heads.sort((a, b) => a.number - b.number)
    for (const [n, { number }] of heads.entries())
      if (number !== part.fromBlock + n)
        throw new BadDataError({
          from: part.file,
          what: 'the block after',
          got: number,
          want: `${part.fromBlock + n}: each block of ${part.fromBlock} to ${part.toBlock} once`,
        })
    if (heads.length !== part.toBlock + 1 - part.fromBlock)
      throw new BadDataError({
        from: part.file,
        what: 'the number of blocks',
        got: heads.length,
        want: `${part.toBlock + 1 - part.fromBlock}, as its name says`,
      })
    return heads
  }

  private async logsAt(number: number): Promise<readonly Log[]> {
    const found = await this.logs.at(this.parts.logs, number)
    const hashes = new Map((await this.hashes.at(this.parts.transactions, number)).map(({ txIndex, hash }) => [txIndex, hash]))
    let last = -1
    return [...found]
      .sort((a, b) => a.logIndex - b.logIndex)
      .map(({ block, ...log }) => {
        const where = `the logs of block ${block}`
        const want = hashes.get(log.txIndex)
        if (log.logIndex === last)
          throw new BadDataError({ from: this.logs.file, what: where, got: `log_index ${last} twice`, want: 'each once' })
        if (want !== undefined && want !== log.txHash)
          throw new BadDataError({
            from: this.logs.file,
            what: `${where}, transaction_hash at index ${log.txIndex}`,
            got: log.txHash,
            want: `${want}, as the transactions say`,
          })
        last = log.logIndex
        return log
      })
  }

  private async logsOf(part: Part): Promise<readonly (Log & { readonly block: number })[]> {
    const file = openParquet(part.file)
    // older versions of cryo say contract_address
    const address = file.has('address') ? 'address' : 'contract_address'
    const rows = await this.rowsOf(file, part, ['transaction_index', 'log_index', 'transaction_hash', address, ...TOPICS, 'data'])
    return rows.map((row) => ({
      block: row.number('block_number'),
      address: row.hex(address, 20),
      topics: topicsOf(row),
      data: row.hex('data'),
      txHash: row.hex('transaction_hash', 32),
      txIndex: row.number('transaction_index'),
      logIndex: row.number('log_index'),
    }))
  }

  private async hashesOf(part: Part) {
    const rows = await this.rowsOf(openParquet(part.file), part, ['transaction_index', 'transaction_hash'])
    return rows.map((row) => ({
      block: row.number('block_number'),
      txIndex: row.number('transaction_index'),
      hash: row.hex('transaction_hash', 32),
    }))
  }

  /** Those of the wanted chain and of the blocks that the name says. */
  private async rowsOf(file: ParquetFile, part: Part, columns: readonly string[]): Promise<readonly ParquetRow[]> {
    const chained = file.has('chain_id')
    const rows = await file.read(['block_number', ...columns, ...(chained ? ['chain_id'] : [])])
    const { chainId } = this.options
    for (const row of rows) {
      const number = row.number('block_number')
      if (number < part.fromBlock || number > part.toBlock)
        row.fail('block_number', number, `${part.fromBlock} to ${part.toBlock}, as the file's name says`)
      if (chained && row.number('chain_id') !== chainId)
        row.fail('chain_id', row.number('chain_id'), `${chainId}, the chain of this import`)
    }
    return rows
  }
}

function topicsOf(row: ParquetRow): readonly Hex[] {
  const topics: Hex[] = []
  for (const [n, name] of TOPICS.entries()) {
    if (row.isNull(name)) continue
    if (topics.length < n) row.fail(name, row.hex(name, 32), `null, since topic${n - 1} is`)
    topics.push(row.hex(name, 32))
  }
  return topics
}

/** The rows of one file at a time, by block. */
class Rows<T extends { readonly block: number }> {
  private part: Part | undefined
  private byBlock = new Map<number, T[]>()
  constructor(private readonly load: (part: Part) => Promise<readonly T[]>) {}

  get file(): string {
    return this.part?.file ?? ''
  }

  async at(parts: readonly Part[], number: number): Promise<readonly T[]> {
    if (!this.part || number < this.part.fromBlock || number > this.part.toBlock) {
      const part = parts.find(({ fromBlock, toBlock }) => fromBlock <= number && number <= toBlock)
      if (!part) return []
      this.part = part
      this.byBlock = new Map()
      for (const row of await this.load(part)) {
        const of = this.byBlock.get(row.block)
        if (of) of.push(row)
        else this.byBlock.set(row.block, [row])
      }
    }
    return this.byBlock.get(number) ?? []
  }
}
