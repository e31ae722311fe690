/**
 * Clients that count what is asked of a table and of a bucket, and what that uses.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import type { S3Client } from "@aws-sdk/client-s3"
import { assert } from "@effect/vitest"
import { Predicate } from "effect"

/** What was asked of the servers. */
export interface Used {
  get: number
  put: number
  readUnits: number
  writeUnits: number
  /** Requests to the table. */
  tableGet: number
  tablePut: number
  tableRemove: number
}

export const none = (): Used => ({
  get: 0,
  put: 0,
  readUnits: 0,
  writeUnits: 0,
  tableGet: 0,
  tablePut: 0,
  tableRemove: 0
})

/** What a client may be sent, and may answer, under a type that hides it. */
const untyped = (value: unknown): never => value as never

const numberIn = (value: unknown): number => typeof value === "number" ? value : 0

/** Counts the units that the table says were used. */
export const meteredTable = (client: DynamoDBClient, used: () => Used): Pick<DynamoDBClient, "send"> => ({
  send: async (command: { readonly input: object; readonly constructor: { readonly name: string } }) => {
    Object.assign(command.input, { ReturnConsumedCapacity: "TOTAL" })
    const answer: unknown = await client.send(untyped(command))
    const said = Predicate.hasProperty(answer, "ConsumedCapacity") ? answer.ConsumedCapacity : undefined
    const units = Predicate.hasProperty(said, "CapacityUnits") ? numberIn(said.CapacityUnits) : 0
    const name = command.constructor.name
    assert.isAbove(units, 0, name)
    if (name === "GetItemCommand") used().readUnits += units
    else used().writeUnits += units
    if (name === "GetItemCommand") used().tableGet++
    else if (name === "PutItemCommand") used().tablePut++
    else if (name === "DeleteItemCommand") used().tableRemove++
    return untyped(answer)
  }
})

export const meteredBucket = (client: S3Client, used: () => Used): Pick<S3Client, "send"> => ({
  send: (command: { readonly constructor: { readonly name: string } }) => {
    const name = command.constructor.name
    if (name === "GetObjectCommand") used().get++
    else if (name === "PutObjectCommand") used().put++
    else assert.strictEqual(name, "DeleteObjectCommand")
    return untyped(client.send(untyped(command)))
  }
})
