// Blocks from recorded answers of a node: a header and the logs of the same block make one, whatever files they stand in.
import { BadDataError } from '../core/errors.ts'
import type { Hex, Log } from '../core/flow.ts'
import { quantity, readWord, type Where } from '../ingest/fields.ts'
import { type Header, readHeader, readLogs, readReceipts } from '../ingest/schemas.ts'
import { type RecordedAnswer, recordedAnswers } from './recorded-answers.ts'
import type { StoredBlock } from './types.ts'

interface LogsAnswer extends RecordedAnswer {
  readonly result: readonly unknown[]
}

/**
 * In ascending order; stretches may lie apart. Logs are those of all contracts, if the node was asked for all. There are no reads in such
 * files. All that is of use in the files is in memory at once.
 * @param onSkipped hears of what gives no block: headers without logs, logs without a header, files of other kinds
 * @throws UserError, BadDataError with file and answer for what is no recorded answer, or disagrees with another
 */
export async function* fromRpcFiles(path: string, onSkipped: (why: string) => void = () => undefined): AsyncGenerator<StoredBlock, void> {
  const headers = new Map<number, { readonly header: Header; readonly from: string }>()
  const receipts = new Map<string, RecordedAnswer>()
  const logs: LogsAnswer[] = []
  const passedOver = new Map<string, number>()
  for (const answer of recordedAnswers(path, onSkipped)) {
    const where: Where = { endpoint: answer.from, method: answer.method }
    const pass = (why: string): void => void passedOver.set(why, (passedOver.get(why) ?? 0) + 1)
    if (answer.result === undefined || answer.result === null) pass('without a result')
    else if (/^eth_getBlockBy(Number|Hash)$/.test(answer.method)) {
      const header = readHeader(where, answer.result, 'unchecked')
      const there = headers.get(header.number)
      if (there && there.header.hash !== header.hash)
        throw new BadDataError({
          from: answer.from,
          what: `the hash of block ${header.number}`,
          got: header.hash,
          want: `${there.header.hash}, as ${there.from} has it`,
        })
      headers.set(header.number, { header, from: answer.from })
    } else if (answer.method === 'eth_getBlockReceipts') {
      const hash = blockHashOf(where, answer.result)
      if (hash === undefined) pass('of receipts of a block without transactions')
      else receipts.set(hash, answer)
    } else if (answer.method === 'eth_getLogs') logs.push({ ...answer, result: listOf(where, answer.result) })
    else pass(`of ${answer.method}`)
  }
  for (const [why, count] of passedOver) onSkipped(`${count} answers ${why}`)
  const lonely: number[] = []
  for (const number of [...headers.keys()].sort((a, b) => a - b)) {
    const { header } = headers.get(number) as { readonly header: Header }
    const said = receipts.get(header.hash)
    receipts.delete(header.hash)
    const found = said ? logsOfReceipts(said, header) : header.transactions === 0 ? [] : logsOfAnswers(logs, header)
    if (found === undefined) lonely.push(number)
    else {
      const { hash, parentHash, timeS } = header
      yield { number, hash, parentHash, timeS, logs: found, reads: [], readsState: 'not-asked' }
    }
  }
  if (lonely.length > 0) onSkipped(`${lonely.length} blocks without their logs: ${shortened(lonely.map(String))}`)
  if (receipts.size > 0) onSkipped(`receipts of ${receipts.size} blocks without their header: ${shortened([...receipts.keys()])}`)
}

const shortened = (all: readonly string[]): string => (all.length > 8 ? `${all.slice(0, 8).join(', ')} ...` : all.join(', '))

function logsOfReceipts({ from, method, result }: RecordedAnswer, header: Header): readonly Log[] {
  return readReceipts({ endpoint: from, method }, result, header).flatMap((receipt) => receipt.logs)
}

/** undefined: nobody asked for this block's logs. */
function logsOfAnswers(answers: readonly LogsAnswer[], header: Header): readonly Log[] | undefined {
  const byIndex = new Map<number, Log>()
  let asked = false
  for (const { from, method, params, result } of answers) {
    const where = { endpoint: from, method }
    if (!covers(where, params[0], header)) continue
    asked = true
    const own = result.filter((log) => (log as { readonly blockHash?: unknown } | null)?.blockHash === header.hash)
    for (const log of readLogs(where, own, header)) byIndex.set(log.logIndex, log)
  }
  return asked ? [...byIndex.values()].sort((a, b) => a.logIndex - b.logIndex) : undefined
}

function covers(where: Where, filter: unknown, header: Header): boolean {
  const { blockHash, fromBlock, toBlock } = (filter ?? {}) as Readonly<Record<'blockHash' | 'fromBlock' | 'toBlock', unknown>>
  if (blockHash !== undefined) return readWord(where, 'blockHash', blockHash) === header.hash
  // what `latest` was then is not in the file
  if (typeof fromBlock !== 'string' || typeof toBlock !== 'string' || !/^0x/.test(fromBlock) || !/^0x/.test(toBlock)) return false
  return quantity(where, 'fromBlock', fromBlock) <= header.number && header.number <= quantity(where, 'toBlock', toBlock)
}

/** undefined: an empty list, which says of which block nowhere. */
function blockHashOf(where: Where, result: unknown): Hex | undefined {
  const first = listOf(where, result)[0] as { readonly blockHash?: unknown } | undefined
  return first === undefined ? undefined : readWord(where, "a receipt's blockHash", first?.blockHash)
}

function listOf({ endpoint, method }: Where, result: unknown): readonly unknown[] {
  if (Array.isArray(result)) return result
  throw new BadDataError({ from: endpoint, what: `the result of ${method}`, got: result, want: 'a list' })
}
