// Folds stored blocks through the live code, as if they came now, and counts what it would have said and done. One course for all
// detectors: nothing here knows which there are.
import { join } from 'node:path'
import { canonicalHash } from '../../core/canonical.ts'
import type { BlockInput, Decision, Entry, Finding, Question } from '../../core/flow.ts'
import { Fold, type FoldRules } from '../../fold.ts'
import type { Chunk, History } from '../../history/types.ts'
import { resumeFrom, takeCheckpoint } from '../../restart.ts'
import { type Missing, missingReads, withoutParts } from './blindness.ts'
import { type BacktestDocument, backtestSchema } from './document.ts'
import type { Label } from './labels.ts'
import { reportOf } from './report.ts'
import { Tally } from './tally.ts'
import { WorkFolder } from './work-folder.ts'

/** Findings older than the window are let go this often. */
const FORGET_EVERY_BLOCKS = 64
const KEEP_EVERY_MS = 60_000
/** So long nothing else of the process runs: signals, progress. */
const TURN_MS = 50

export interface BacktestOptions {
  readonly rules: FoldRules
  readonly history: History
  /** Blocks that are judged, both included. */
  readonly from: number
  readonly to: number
  /** Undefined: nothing to measure against. */
  readonly labels?: readonly Label[]
  /** Begin anew, whatever was kept. */
  readonly fresh?: boolean
  /** Asked after each block; true: stop, and keep where. */
  readonly stop?: () => boolean
  /** How often it is kept where the run is, milliseconds. */
  readonly keepEveryMs?: number
  readonly onBlock?: (at: BacktestProgress) => void
}

export interface BacktestProgress {
  readonly number: number
  readonly firstNumber: number
  readonly logs: number
}

export type BacktestResult =
  | { readonly kind: 'done'; readonly document: BacktestDocument; readonly findingsFile: string; readonly resumedAt: number | undefined }
  | { readonly kind: 'stopped'; readonly atBlock: number | undefined; readonly resumedAt: number | undefined }

export async function backtest(options: BacktestOptions): Promise<BacktestResult> {
  const { rules, history, from, to, labels, stop = () => false, keepEveryMs = KEEP_EVERY_MS } = options
  const { rulesHash } = rules
  const startBlock = startOf(history, from)
  const name = canonicalHash({ rulesHash, startBlock, from, to, labels: labels ?? null }).slice(2, 34)
  const work = new WorkFolder(join(history.folder, String(history.chainId), 'backtests', name))
  if (options.fresh) work.forget()
  const run = new Run(options, work, startBlock)
  try {
    const resumedAt = run.begin()
    let [keptMs, turnMs] = [performance.now(), performance.now()]
    for (const chunk of history.chunks(resumedAt === undefined ? startBlock : resumedAt + 1, to)) {
      run.adopt(chunk)
      for (let n = 0; n < chunk.blocks; n++) {
        const block = chunk.block(n)
        const logs = logsIn(chunk, n)
        run.take(block, logs)
        options.onBlock?.({ number: block.number, firstNumber: startBlock, logs })
        const nowMs = performance.now()
        if (nowMs - turnMs > TURN_MS) {
          await new Promise((resolve) => setImmediate(resolve))
          turnMs = performance.now()
        }
        const stopping = stop()
        if (stopping || nowMs - keptMs >= keepEveryMs) {
          run.keep()
          keptMs = performance.now()
        }
        if (stopping) return { kind: 'stopped', atBlock: block.number, resumedAt }
      }
    }
    const document = backtestSchema.parse(run.end())
    work.forget()
    return { kind: 'done', document, findingsFile: work.findingsFile, resumedAt }
  } finally {
    work.close()
  }
}

/** State is built from the beginning of the stretch that `from` lies in: accounts, baselines and windows need what came before. */
function startOf(history: History, from: number): number {
  return history.ranges().find((range) => range.fromBlock <= from && from <= range.toBlock)?.fromBlock ?? from
}

/** Counted, not made: where no adapter asks for a block's logs nothing else does. */
function logsIn(chunk: Chunk, n: number): number {
  let logs = chunk.logsBeside?.(n).length ?? 0
  for (const { starts } of chunk.events) logs += (starts[n + 1] as number) - (starts[n] as number)
  return logs
}

class Run {
  private fold: Fold
  private tally: Tally
  private readonly options: BacktestOptions
  private readonly work: WorkFolder

  private nextBlock: number
  private chunk: Chunk | undefined

  constructor(options: BacktestOptions, work: WorkFolder, startBlock: number) {
    this.options = options
    this.nextBlock = startBlock
    this.work = work
    this.fold = newFold(options.rules)
    this.tally = new Tally(tallySetup(options))
  }

  /** The last block of the run that this one goes on from; undefined: it begins. */
  begin(): number | undefined {
    const stopped = this.work.open()
    if (!stopped) return undefined
    this.tally = new Tally(tallySetup(this.options), stopped.tally)
    resumeFrom(this.fold, stopped.checkpoint)
    const { head } = this.fold
    if (head) this.nextBlock = head.number + 1
    return head?.number
  }

  /** The blocks that come next are of this chunk: tables of events are shown from its columns, not decoded again. */
  adopt(chunk: Chunk): void {
    this.chunk = chunk
    this.fold.adopt(chunk)
  }

  take(block: BlockInput, logs: number): void {
    const { from, rules } = this.options
    this.mindGap(block)
    const missing = missingReads(rules.protocols, this.fold.world, block)
    const counts = block.number >= from
    if (!counts) this.tally.warmUp(block)
    const step = this.stepped(withoutParts(rules.protocols, this.fold.world, block, missing), missing)
    if (!step) return
    if (counts) this.counted(block, logs, missing, step)
    if (block.number % FORGET_EVERY_BLOCKS === 0)
      this.fold.step({ kind: 'finalized', chainId: rules.chainId, number: block.number, hash: block.hash })
  }

  keep(): void {
    const checkpoint = takeCheckpoint(this.fold, this.options.rules.rulesHash, 0)
    if (checkpoint) this.work.keep({ tally: this.tally.state, checkpoint: checkpoint.bytes })
  }

  end(): BacktestDocument {
    const { to } = this.options
    if (this.nextBlock <= to) this.breakOff({ fromBlock: this.nextBlock, toBlock: to, why: 'not in history' })
    this.tally.end()
    return reportOf({ ...this.options, labels: this.options.labels }, this.tally)
  }

  /** Blocks are missing before this one, or it stands on another than ours. */
  private mindGap({ number, parentHash }: BlockInput): void {
    const { head } = this.fold
    if (number > this.nextBlock) this.breakOff({ fromBlock: this.nextBlock, toBlock: number - 1, why: 'not in history' })
    else if (head && parentHash !== head.hash)
      this.breakOff({ fromBlock: number, toBlock: number - 1, why: `block ${number} does not stand on block ${head.number}` })
    this.nextBlock = number + 1
  }

  /** As a node does that can't see: it says so. Nothing of the state holds behind the gap, so the next block begins anew. */
  private breakOff(gap: { readonly fromBlock: number; readonly toBlock: number; readonly why: string }): void {
    const { rules, from } = this.options
    if ((this.fold.head?.number ?? -1) >= from) {
      const { entries } = this.fold.step({ kind: 'blind', chainId: rules.chainId, sinceBlock: gap.fromBlock, reason: 'gap' })
      this.findings(entries)
    }
    if (gap.toBlock + 1 >= from) this.tally.gap({ ...gap, fromBlock: Math.max(gap.fromBlock, from) })
    this.beginAnew()
  }

  private beginAnew(): void {
    this.fold = newFold(this.options.rules)
    this.fold.adopt(this.chunk)
  }

  /** Undefined: an adapter could make nothing of it, for want of answers. What lacks nothing and fails is a fault of ours, and thrown. */
  private stepped(block: BlockInput, missing: readonly Missing[]): ReturnType<Fold['step']> | undefined {
    try {
      return this.fold.step({ kind: 'committed', block })
    } catch (error) {
      if (missing.length === 0) throw error
      const { number } = block
      const why = `its reads are missing, and without them: ${error instanceof Error ? error.message : String(error)}`
      if (number >= this.options.from) this.tally.gap({ fromBlock: number, toBlock: number, why })
      this.beginAnew()
      return undefined
    }
  }

  private counted(block: BlockInput, logs: number, missing: readonly Missing[], step: ReturnType<Fold['step']>): void {
    const { tally, fold } = this
    const { world } = fold
    tally.block(block, logs, missing)
    this.findings(step.entries)
    tally.open(world, block, fold.incidents)
    tally.proposals(world, block, step.proposals)
    tally.errands(step.errands)
    for (const question of step.questions) this.answer(block, question)
  }

  /** No simulation was made: the analytic bound decides, as live when a simulation is late. */
  private answer(block: BlockInput, { chainId, onHash, incident }: Question): void {
    const { entries, proposals } = this.fold.step({ kind: 'simulated', chainId, onHash, incident, outcomes: [], late: true })
    for (const { kind, body } of entries) if (kind === 'decision') this.tally.decision(body as Decision)
    this.tally.proposals(this.fold.world, block, proposals)
  }

  private findings(entries: readonly Entry[]): void {
    for (const { kind, body } of entries) {
      if (kind !== 'finding') continue
      this.work.finding(body as Finding)
      this.tally.finding(body as Finding)
    }
  }
}

function newFold(rules: FoldRules): Fold {
  const fold = new Fold(rules)
  // nothing of history is ever undone
  fold.world.store.journal.on = false
  return fold
}

const tallySetup = ({ rules, from, to, labels = [] }: BacktestOptions) => ({ rules, from, to, labels })
