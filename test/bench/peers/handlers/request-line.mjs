// One line of JSON for a request, which CloudWatch counts (embedded metric format).

/** Writes the line of a request that took so many milliseconds. */
export const requestLine = ({ routeKey, requestContext: { requestId } }, status, milliseconds) => {
  console.log(
    JSON.stringify({
      level: 'INFO',
      timestamp: new Date().toISOString(),
      message: 'request',
      requestId,
      status,
      FunctionName: 'items',
      Route: routeKey,
      Requests: 1,
      RequestDuration: Math.round(milliseconds),
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          {
            Namespace: 'Items',
            Dimensions: [['FunctionName', 'Route']],
            Metrics: [
              { Name: 'Requests', Unit: 'Count' },
              { Name: 'RequestDuration', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
    }),
  );
};
