/** The upload in parts that a server began. */
export interface BegunUpload {
  readonly Key: string;
  readonly UploadId: string;
}

/**
 * Watches the requests of one upload. lib-storage itself does not wait for what is on its way when it is aborted:
 * an upload that the server has just begun, or parts that arrive after the removal, would stay and be paid for.
 */
export class UploadRequests {
  /** Set once the server has begun an upload in parts. */
  begun: BegunUpload | undefined;
  /** The answer that says that the object is there. */
  completed: object | undefined;
  /** The answer that says how the object will be encrypted: not every server repeats it at the end. */
  first: object | undefined;
  readonly #running = new Set<Promise<unknown>>();

  /** Passes a request's answer on. `command` is the SDK's name for the request. */
  async watch<Answer extends { readonly output: object }>(
    command: string | undefined,
    key: string,
    request: Promise<Answer>,
  ): Promise<Answer> {
    this.#running.add(request);
    try {
      const answer = await request;
      this.#note(command, key, answer.output);
      return answer;
    } finally {
      this.#running.delete(request);
    }
  }

  /** Waits until nothing of the upload is on its way. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  #note(command: string | undefined, key: string, output: object): void {
    this.first ??= output;
    if (command === 'CreateMultipartUploadCommand' && 'UploadId' in output) {
      this.begun = { Key: key, UploadId: String(output.UploadId) };
    }
    const completes = command === 'PutObjectCommand' || command === 'CompleteMultipartUploadCommand';
    if (completes) this.completed = output;
  }
}
