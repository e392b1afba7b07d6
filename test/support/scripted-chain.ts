// A small chain made of nothing but consistent answers: what an honest node would say, to be spoilt by a test.
import { decodeFunctionData, encodeFunctionResult } from 'viem'
import { Reader } from '../../src/contracts/Reader.ts'
import type { Hex } from '../../src/core/flow.ts'
import { bloomOf, joinBlooms } from '../../src/ingest/bloom.ts'
import { type Script, type Scripted, SUBSCRIBED } from './scripted-rpc.ts'

export const word = (number: number | bigint): Hex => `0x${number.toString(16).padStart(64, '0')}`
export const at = (number: number): Hex => `0x${number.toString(16).padStart(40, '0')}`
const quantity = (number: number): Hex => `0x${number.toString(16)}`

export interface ScriptedBlock {
  readonly header: {
    readonly number: Hex
    readonly hash: Hex
    readonly parentHash: Hex
    readonly timestamp: Hex
    readonly logsBloom: Hex
    readonly transactions: readonly Hex[]
  }
  readonly receipts: readonly { readonly logs: readonly { readonly address: Hex }[] }[]
}

/** Block n has n % 3 transactions with two logs each: of the contract 0xa1, and of one that nobody watches. */
export function scriptedBlock(number: number, branch = 0): ScriptedBlock {
  const hashOf = (n: number): Hex => word(1_000 * (n + 1) + (n < 3 ? 0 : branch))
  const hash = hashOf(number)
  const txs = Array.from({ length: number % 3 }, (_, i) => word(1_000_000 + 10 * number + i + 100_000 * branch))
  const receipts = txs.map((transactionHash, txIndex) => {
    const place = { blockHash: hash, transactionHash, transactionIndex: quantity(txIndex), removed: false }
    const logs = [at(0xa1), at(0xb0 + number)].map((address, i) => ({
      ...place,
      address,
      topics: [word(0x11), word(number)],
      data: word(txIndex),
      logIndex: quantity(2 * txIndex + i),
    }))
    return { blockHash: hash, transactionHash, transactionIndex: quantity(txIndex), logs, logsBloom: bloomOf(logs) }
  })
  const header = {
    number: quantity(number),
    hash,
    parentHash: hashOf(number - 1),
    timestamp: quantity(1_700_000_000 + 12 * number),
    logsBloom: joinBlooms(receipts.map(({ logsBloom }) => logsBloom)),
    transactions: txs,
  }
  return { header, receipts }
}

/** An honest node on a chain of these blocks, the first being block 0; every call, alone or by the lent Reader, returns the word 7, every slot the word of the block's number. */
export function honest(chain: () => readonly ScriptedBlock[], chainId = 31_337): Script {
  const find = (hash: unknown): ScriptedBlock | undefined => chain().find(({ header }) => header.hash === hash)
  return (method, params): Scripted => {
    const [first, second, third] = params as [unknown, unknown, unknown]
    switch (method) {
      case 'eth_chainId':
        return { result: quantity(chainId) }
      case 'eth_subscribe':
        return SUBSCRIBED
      case 'eth_getBlockByNumber':
        if (first === 'latest') return { result: chain().at(-1)?.header ?? null }
        return { result: first === 'finalized' ? (chain()[0]?.header ?? null) : (chain()[Number(first)]?.header ?? null) }
      case 'eth_getBlockByHash':
        return { result: find(first)?.header ?? null }
      case 'eth_getBlockReceipts':
        return { result: find(first)?.receipts ?? null }
      case 'eth_getLogs': {
        const { blockHash, address } = first as { blockHash: Hex; address: readonly Hex[] }
        const block = find(blockHash)
        if (block === undefined) return { error: { code: -32_000, message: 'unknown block' } }
        return { result: block.receipts.flatMap(({ logs }) => logs.filter((log) => address.includes(log.address))) }
      }
      case 'eth_call': {
        const block = find((second as { blockHash: Hex }).blockHash)
        if (block === undefined) return { error: { code: -32_001, message: 'block not found' } }
        return { result: third === undefined ? word(7) : readerAnswer(block, (first as { data: Hex }).data) }
      }
      case 'eth_getStorageAt': {
        const block = typeof third === 'string' ? chain()[Number(third)] : find((third as { blockHash: Hex }).blockHash)
        if (block === undefined) return { error: { code: -32_001, message: 'block not found' } }
        return { result: word(BigInt(block.header.number)) }
      }
      default:
        return { error: { code: -32_601, message: `the method ${method} does not exist` } }
    }
  }
}

function readerAnswer({ header }: ScriptedBlock, data: Hex): Hex {
  const [calls] = decodeFunctionData({ abi: Reader.abi, data }).args
  const answers = calls.map(() => ({ ok: true, data: word(7) }))
  return encodeFunctionResult({ abi: Reader.abi, functionName: 'read', result: [BigInt(header.number), BigInt(header.timestamp), answers] })
}
