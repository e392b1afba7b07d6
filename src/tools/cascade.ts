// Asks for a cascade curve without holding up the caller's thread.
import { Worker } from 'node:worker_threads'
import type { CascadeAccounts, CascadeCurve, CascadeQuestion } from '../state/book/cascade.ts'

const SOURCE = new URL('./cascade-worker.ts', import.meta.url).href

/** The cells are handed over, not copied: the caller has them no more. */
export function cascadeInWorker(accounts: CascadeAccounts, question: CascadeQuestion): Promise<CascadeCurve> {
  return new Promise((resolve, reject) => {
    const options = {
      workerData: { accounts, question },
      transferList: [accounts.cells.buffer],
    }
    // tests and benches run from source, which a thread by itself does not understand
    const worker = import.meta.url.endsWith('.ts')
      ? new Worker(`import('tsx/esm/api').then((tsx) => tsx.tsImport(${JSON.stringify(SOURCE)}, ${JSON.stringify(import.meta.url)}))`, {
          ...options,
          eval: true,
        })
      : new Worker(new URL('./cascade-worker.js', import.meta.url), options)
    worker.once('message', (curve: CascadeCurve) => resolve(curve))
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the cascade's worker ended (exit ${code}) without a curve`)))
  })
}
