// Bytes of waiting transactions go with the signature that answers them; who hears of them looks for itself before it signs.

import { parseSignature, serializeCompactSignature, signatureToCompactSignature } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { CHAIN_ID, GUARD, hashOf, START_S } from '../../test/builders.ts'
import type { Certificate, Hex, Proposal } from '../core/flow.ts'
import { localExchange } from './exchange.ts'
import { Quorum } from './quorum.ts'

const keys = [1, 2].map((n) => privateKeyToAccount(hashOf(n)))
const signers = keys.map(({ address }) => address.toLowerCase() as Hex)
const proposal: Proposal = {
  chainId: CHAIN_ID,
  guard: GUARD,
  operation: 'execute',
  entry: hashOf(1),
  subject: hashOf(2),
  step: 0,
  round: 0,
  incident: hashOf(3),
  action: 'freeze',
  market: 0,
}
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('a peer that had not seen it gets the bytes, with who sent them, and signs once its own simulation agrees; not before', async () => {
  const exchange = localExchange()
  const heard: [readonly Hex[], Hex][] = []
  const certificates: Certificate[] = []
  const node = (n: number, evidence?: readonly Hex[]) =>
    new Quorum({
      node: `n${n}`,
      exchange,
      signers,
      k: 2,
      windowS: 300,
      address: signers[n] as Hex,
      sign: async (hash) =>
        serializeCompactSignature(signatureToCompactSignature(parseSignature(await (keys[n] as (typeof keys)[number]).sign({ hash })))),
      evidenceFor: () => evidence,
      onEvidence: (raws, signer) => void heard.push([raws, signer]),
      onError: (error) => {
        throw error
      },
      onCertificate: (certificate) => void certificates.push(certificate),
    })
  const [one, other] = [node(0, ['0x02aa', '0x02bb']), node(1)]
  await other.offer([], [], START_S)
  await one.offer([proposal], [proposal], START_S)
  await settled()
  expect(heard).toEqual([[['0x02aa', '0x02bb'], signers[0]]])
  expect(certificates).toEqual([])
  await other.offer([], [{ ...proposal, incident: hashOf(77) }], START_S) // its own incident has another name: the digest is the same
  await settled()
  expect(certificates).toHaveLength(2)
  expect(heard).toHaveLength(1)
  for (const quorum of [one, other]) quorum.close()
})
