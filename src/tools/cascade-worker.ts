// The cascade curve on a thread of its own: accounts in, curve out.
import { parentPort, workerData } from 'node:worker_threads'
import { type CascadeAccounts, type CascadeQuestion, cascade } from '../state/book/cascade.ts'

const { accounts, question } = workerData as { readonly accounts: CascadeAccounts; readonly question: CascadeQuestion }
parentPort?.postMessage(cascade(accounts, question))
