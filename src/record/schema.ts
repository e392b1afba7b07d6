// The tables of firebreak.db. A change is one more element of MIGRATIONS; an element that was released is never edited.

/** Marks the file as ours ("FBRK"), so that another program's database is refused and not written to. */
export const APPLICATION_ID = 0x4642524b

/**
 * Hashes and addresses are 0x-hex text, amounts decimal text: readable with any SQLite tool.
 * `log` is append-only; all other tables are the working state of this node.
 */
export const MIGRATIONS: readonly string[] = [
  `
create table meta (name text primary key, value text not null) strict;

create table log (
  seq integer primary key,
  origin text not null,
  kind text not null,
  chainId integer not null,
  block integer not null,
  body text not null,
  prev text not null,
  hash text not null,
  foldCount integer not null,
  foldHash text not null
) strict;
create index logByKind on log (kind, seq);
create index logByBlock on log (chainId, block, seq);
create trigger logIsAppendOnly before update on log begin select raise(abort, 'the log is append-only'); end;
create trigger logKeepsAll before delete on log begin select raise(abort, 'the log is append-only'); end;

create table inputs (seq integer primary key, body text not null) strict;

create table cursors (
  chainId integer primary key,
  number integer,
  hash text,
  timeS integer,
  finalizedNumber integer,
  finalizedHash text,
  inputSeq integer not null
) strict;

create table checkpoints (
  throughInputSeq integer primary key,
  chainId integer not null,
  number integer not null,
  hash text not null,
  rulesHash text not null,
  bytesHash text not null,
  bytes blob not null
) strict;

create table alerts (
  id integer primary key,
  finding text not null unique,
  seq integer not null,
  severity text not null,
  state text not null,
  attempts integer not null,
  lastError text
) strict;
create index alertsPending on alerts (id) where state = 'pending';

create table incidents (
  id text primary key,
  chainId integer not null,
  firstBlock integer not null,
  status text not null,
  seq integer not null
) strict;

create table intents (
  id text primary key,
  turn integer not null,
  chainId integer not null,
  guard text not null,
  operation text not null,
  entry text not null,
  subject text not null,
  round integer not null,
  "window" integer,
  step integer not null,
  incident text not null,
  class text,
  calldata text not null,
  state text not null,
  signer text,
  nonce integer,
  raw text,
  txHash text,
  maxFeePerGas text,
  priorityFeePerGas text,
  signedBlock integer,
  minedBlock integer,
  minedHash text,
  reason text,
  askedBlock integer not null,
  orphanedBlock integer,
  updatedBlock integer not null
) strict;
create unique index intentsByKey on intents (chainId, guard, operation, entry, subject, round, turn);
create index intentsOpen on intents (state) where state in ('planned', 'simulated', 'signed', 'sent');

create table transactions (
  txHash text primary key,
  intent text not null references intents (id),
  chainId integer not null,
  signer text not null,
  nonce integer not null,
  raw text not null,
  maxFeePerGas text not null,
  priorityFeePerGas text not null,
  signedBlock integer not null,
  state text not null
) strict;
create index transactionsByIntent on transactions (intent);
create unique index oneTransactionPerNonce on transactions (chainId, signer, nonce) where state = 'live';
`,
]
