// Why a log is not what its ABI says, as words that can be counted and shown.

/**
 * `topic0`: another event, or one that is in no ABI given. `topics`: right event, wrong number of topics. `not-hex`: a topic that is not 32
 * bytes, or characters that are no hex. `short`, `long`: data ends too early or too late. `dirty-*`: bits outside of the type are set
 * (int: they differ from its sign). `offset`: a dynamic value is not where the canonical encoding puts it. `not-utf8`: a string that is none.
 */
export type Fault =
  | 'topic0'
  | 'topics'
  | 'not-hex'
  | 'short'
  | 'long'
  | 'dirty-uint'
  | 'dirty-int'
  | 'dirty-address'
  | 'dirty-bool'
  | 'dirty-bytes'
  | 'offset'
  | 'not-utf8'
