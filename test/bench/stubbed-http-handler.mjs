// Takes the place of the SDK's HTTP handler: DynamoDB answers at once, with an item to whoever reads.

const item = JSON.stringify({
  Item: {
    tenant: { S: 'Hm9zvNJ1Wp2vQb6yYHk0Xw' },
    id: { N: '1' },
    name: { S: 'Lamp' },
    description: { S: 'A lamp for the desk' },
    createdAt: { S: '2026-11-20T12:00:00.000Z' },
    updatedAt: { S: '2026-11-20T12:00:00.000Z' },
    _etag: { S: 'XJ4w1rZ2nQmB0cT8fYp9Lg' },
    _birth: { S: 'XJ4w1rZ2nQmB0cT8fYp9Lg' },
  },
});

const found = new TextEncoder().encode(item);
const written = new TextEncoder().encode('{}');

export class NodeHttpHandler {
  metadata = { handlerProtocol: 'http/1.1' };

  static create() {
    return new NodeHttpHandler();
  }

  async handle({ headers }) {
    const isRead = headers['x-amz-target'].endsWith('GetItem');
    const body = isRead ? found : written;
    return {
      response: {
        statusCode: 200,
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'STUB' },
        body,
      },
    };
  }

  destroy() {}

  updateHttpClientConfig() {}

  httpHandlerConfigs() {
    return {};
  }
}

export const streamCollector = async (body) => body;
