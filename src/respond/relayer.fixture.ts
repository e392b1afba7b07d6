// A relayer process that dies at a given moment: arguments are one JSON object.

import { Rpc } from '../../lab/rpc.ts'
import type { Certificate } from '../core/flow.ts'
import { openRecord } from '../record/record.ts'
import { createResponder } from './responder.ts'
import { loadWallet } from './wallet.ts'

export interface RelayerJob {
  readonly url: string
  readonly folder: string
  /** A step of the responder, or `between`: sent, but not yet stored as sent. */
  readonly dieAt: string
  readonly certificate: Omit<Certificate, 'signers'> & { readonly signers: string }
}

const job = JSON.parse(process.argv[2] ?? '') as RelayerJob
const die = (): void => {
  process.kill(process.pid, 'SIGKILL')
}
const rpc = new Rpc(job.url)
const responder = createResponder({
  record: openRecord({ folder: job.folder, nodeId: 'n1' }),
  wallet: loadWallet({ env: 'RELAYER_KEY' }),
  rpc: {
    async request(method, params) {
      const result = await rpc.call(method, params)
      if (job.dieAt === 'between' && method === 'eth_sendRawTransaction') die()
      return result
    },
  },
  chainId: 31337,
  fees: { maxFeePerGasWei: 100_000_000_000n, priorityFeePerGasWei: 1_000_000_000n, bumpBps: 1250 },
  onStep(step) {
    if (step === job.dieAt) die()
  },
})
await responder.respond({ ...job.certificate, signers: BigInt(job.certificate.signers) })
