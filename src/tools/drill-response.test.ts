// What the nodes did: executions of the Guard, and liquidations that our nodes sent, from logs made by hand.
import { encodeAbiParameters, encodeEventTopics } from 'viem'
import { describe, expect, test } from 'vitest'
import { Liquidator } from '../contracts/Liquidator.ts'
import type { Hex } from '../core/flow.ts'
import { guardedResponse } from './drill-response.ts'

const at = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const [guard, liquidatorContract, node, stranger, user] = [at(1), at(2), at(3), at(4), at(0xabc)]
const chain = {
  head: { number: 10 },
  prices: { WETH: 2_000 },
  deployment: { guard, liquidatorContract, guardEntries: [], assets: [], nodes: [{ address: node }] },
}

const topics = encodeEventTopics({ abi: Liquidator.abi, eventName: 'Liquidated', args: { user, collateral: at(6), debt: at(7) } })
const data = encodeAbiParameters(
  Array.from({ length: 5 }, () => ({ type: 'uint256' })),
  [1n, 2n, 3n, 4n, 5n],
)
const liquidation = (block: number, tx: number) => ({
  address: liquidatorContract,
  blockNumber: `0x${block.toString(16)}`,
  transactionHash: hash(tx),
  topics,
  data,
  logIndex: '0x0',
  transactionIndex: '0x0',
  blockHash: hash(99),
  removed: false,
})

const rpcOf =
  (logs: readonly ReturnType<typeof liquidation>[], senders: Readonly<Record<number, Hex>>) =>
  async (method: string, [first]: readonly unknown[]) => {
    if (method === 'eth_getLogs') return (first as { address: Hex }).address === liquidatorContract ? logs : []
    return logs
      .filter((l) => l.blockNumber === first)
      .map((l) => ({
        from: senders[Number(l.transactionHash)],
        transactionHash: l.transactionHash,
        gasUsed: '0xf4240',
        effectiveGasPrice: '0x174876e800',
      }))
  }

describe('guardedResponse', () => {
  test('a liquidation that a node sent is an action on the account, in force for good; gas is counted', async () => {
    const { response, firstOwnBlock } = await guardedResponse(rpcOf([liquidation(12, 1)], { 1: node }), chain, [], 14)
    expect(response.actions).toEqual([
      { action: 'liquidate', subject: user, class: 'account', effective: true, block: 12, liftedAfterBlocks: null, txHash: hash(1) },
    ])
    expect(firstOwnBlock).toBe(12)
    expect(response.gasUsd).toBeCloseTo(200)
  })

  test('what others do with the Liquidator is not our doing', async () => {
    const { response, firstOwnBlock } = await guardedResponse(rpcOf([liquidation(12, 1)], { 1: stranger }), chain, [], 14)
    expect(response).toMatchObject({ actions: [], gasUsd: 0 })
    expect(firstOwnBlock).toBeUndefined()
  })

  test('actions come in the order of the chain', async () => {
    const { response } = await guardedResponse(rpcOf([liquidation(13, 2), liquidation(12, 1)], { 1: node, 2: node }), chain, [], 14)
    expect(response.actions.map((a) => a.block)).toEqual([12, 13])
  })
})
