// The endpoints of an import: one at a time, patiently, the next one when it fails, and what a node says when it was asked for too much.
import { UnreachableError, UserError } from '../core/errors.ts'
import { isRetryable, RpcError } from '../ingest/errors.ts'
import { backoffMs, sleep } from '../ingest/wait.ts'
import { type LogNode, type LogNodeOptions, openLogNode } from './log-node.ts'
import { TooLargeError } from './post.ts'

export interface NodesOptions extends LogNodeOptions {
  readonly chainId: number
  /** In order of preference. */
  readonly endpoints: readonly string[]
}

/** With the pauses between them some half a minute: longer than a node takes to start again. */
const TRIES = 10
const MOST_PAUSE_MS = 10_000

export class Nodes {
  private open: Promise<LogNode> | undefined
  private at = 0
  private before = 0
  constructor(private readonly options: NodesOptions) {}

  /** Questions for logs and headers that were sent. */
  get asked(): number {
    return this.before + (this.now?.asked ?? 0)
  }
  private now: LogNode | undefined

  /** The work's answer. A failure that may pass is tried again; `isFinal` names those that the caller deals with. */
  async patiently<T>(work: (node: LogNode) => Promise<T>, isFinal: (error: unknown) => boolean = () => false): Promise<T> {
    const { signal } = this.options
    for (let attempt = 0; ; attempt++) {
      const opening = this.node()
      try {
        return await work(await opening)
      } catch (error) {
        if (signal.aborted || isFinal(error) || !isRetryable(error) || attempt === TRIES - 1) throw error
        this.failed(opening, error)
        await sleep(backoffMs(attempt, MOST_PAUSE_MS, Math.random), signal)
      }
    }
  }

  close(): void {
    this.leave()
  }

  private node(): Promise<LogNode> {
    this.open ??= this.openNext()
    return this.open
  }

  private async openNext(): Promise<LogNode> {
    const { endpoints, chainId } = this.options
    const address = endpoints[this.at % endpoints.length]
    if (address === undefined) throw new UserError('--rpc', 'no endpoint', "an endpoint, here or as the rpc of the config's first node")
    const node = await openLogNode(address, this.options)
    try {
      const got = await node.client.chainId()
      if (got !== chainId)
        throw new UserError(`endpoint ${node.client.rpc.endpoint}`, `chain ${got}`, `chain ${chainId}, as config.chain.id says`)
    } catch (error) {
      node.close()
      throw error
    }
    this.now = node
    return node
  }

  /** Of several questions under way that fail together, only the first moves on. */
  private failed(opening: Promise<LogNode>, error: unknown): void {
    const several = this.options.endpoints.length > 1
    if (this.open !== opening || (!several && this.now !== undefined && !(error instanceof UnreachableError))) return
    if (several) {
      this.options.onNote(`${error instanceof Error ? error.message : String(error)}; turning to the next endpoint`)
      this.at++
    }
    this.leave()
  }

  private leave(): void {
    this.before += this.now?.asked ?? 0
    this.now = undefined
    this.open?.then((node) => node.close()).catch(() => undefined)
    this.open = undefined
  }
}

/** Too many blocks, logs or bytes for one answer, as nodes and gateways say it: then half the range is asked for. Pace is another matter. */
export function isTooMuch(error: unknown): boolean {
  if (error instanceof TooLargeError) return true
  if (error instanceof RpcError)
    return (
      !/rate|per second|too many requests|capacity|credits|quota/i.test(error.text) &&
      /more than|too (many|large|big|wide|long)|range|limit|exceed|max|timed? ?out|timeout|deadline|response size/i.test(error.text)
    )
  return error instanceof UnreachableError && /timeout|timed out|HTTP (408|504|524)/i.test(error.detail)
}
