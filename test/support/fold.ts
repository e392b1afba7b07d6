// Feeds the blocks of a real local chain through adapters, as ingest does but without its care: for tests that compare with the chain.

import { type Rpc, RpcError } from '../../lab/rpc.ts'
import type { BlockInput, Call, Hex, Log, ReadResult } from '../../src/core/flow.ts'
import { isCodeCall, isSlotCall } from '../../src/core/words.ts'
import { codeAnswer } from '../../src/ingest/code-answer.ts'
import { Answers, type Protocol } from '../../src/state/protocol.ts'
import type { World } from '../../src/state/world.ts'

interface RawLog {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly transactionHash: Hex
  readonly transactionIndex: Hex
  readonly logIndex: Hex
}
interface RawBlock {
  readonly hash: Hex
  readonly parentHash: Hex
  readonly number: Hex
  readonly timestamp: Hex
}

const MOST_ROUNDS = 4

export class Fold {
  /** Blocks as they were fed, for feeding them again. */
  readonly blocks: BlockInput[] = []
  constructor(
    readonly rpc: Rpc,
    readonly world: World,
    readonly protocols: readonly Protocol[],
  ) {}

  async feed(number: number): Promise<BlockInput> {
    const tag = `0x${number.toString(16)}`
    const [header, receipts] = (await this.rpc.batch([
      { method: 'eth_getBlockByNumber', params: [tag, false] },
      { method: 'eth_getBlockReceipts', params: [tag] },
    ])) as [RawBlock, readonly { readonly logs: readonly RawLog[] }[]]
    const logs = this.watched(receipts.flatMap((receipt) => receipt.logs))
    const timeS = Number(header.timestamp)
    const reads = await this.readAll({ number, timeS, logs }, header.hash)
    const block: BlockInput = { chainId: this.world.chainId, number, hash: header.hash, parentHash: header.parentHash, timeS, logs, reads }
    applyTo(this.world, this.protocols, block)
    this.blocks.push(block)
    return block
  }

  private watched(raw: readonly RawLog[]): readonly Log[] {
    const wanted = new Map<Hex, readonly Hex[] | null>()
    for (const { address, topics } of this.protocols.flatMap((p) => p.watches(this.world))) {
      const before = wanted.get(address)
      wanted.set(address, topics === undefined || before === null ? null : [...(before ?? []), ...topics])
    }
    return raw
      .map((log) => ({
        address: log.address.toLowerCase() as Hex,
        topics: log.topics,
        data: log.data,
        txHash: log.transactionHash,
        txIndex: Number(log.transactionIndex),
        logIndex: Number(log.logIndex),
      }))
      .filter(({ address, topics }) => {
        const asked = wanted.get(address)
        return asked === null || (asked !== undefined && topics[0] !== undefined && asked.includes(topics[0]))
      })
  }

  private async readAll(
    block: { readonly number: number; readonly timeS: number; readonly logs: readonly Log[] },
    hash: Hex,
  ): Promise<readonly ReadResult[]> {
    const reads: ReadResult[] = []
    for (let round = 0; ; round++) {
      const sofar = new Answers(reads)
      const asked = new Map<string, Call>()
      for (const protocol of this.protocols)
        for (const call of protocol.reads(this.world, block, sofar)) asked.set(`${call.to}${call.data}`, call)
      const wanted = sofar.missing([...asked.values()])
      if (wanted.length === 0) return reads
      if (round === MOST_ROUNDS) throw new Error(`block ${block.number} wants a fifth round of reads: ${wanted[0]?.to} ${wanted[0]?.data}`)
      reads.push(...(await callsAt(this.rpc, wanted, hash)))
    }
  }
}

/** Views and slots at a block's hash; a revert is null. */
export async function callsAt(rpc: Rpc, calls: readonly Call[], hash: Hex): Promise<readonly ReadResult[]> {
  const at = { blockHash: hash }
  const results = await rpc.batch(
    calls.map((call) =>
      isCodeCall(call)
        ? { method: 'eth_getCode', params: [call.to, at] }
        : isSlotCall(call)
          ? { method: 'eth_getStorageAt', params: [call.to, call.data, at] }
          : { method: 'eth_call', params: [{ to: call.to, data: call.data }, at] },
    ),
  )
  return calls.map(({ to, data }, n) => {
    const result = results[n]
    if (result instanceof RpcError) return { to, data, result: null }
    return { to, data, result: isCodeCall({ to, data }) ? codeAnswer(result as Hex) : (result as Hex) }
  })
}

export function applyTo(world: World, protocols: readonly Protocol[], block: BlockInput): void {
  world.store.begin()
  const answers = new Answers(block.reads)
  for (const protocol of protocols) protocol.apply(world, block, answers)
}
