// One line of JSON for a request, which CloudWatch counts (embedded metric format): the metrics that Spillway has.

const metrics = (dimensions, ...names) => ({
  Namespace: 'Items',
  Dimensions: [dimensions],
  Metrics: names.map((name) => ({
    Name: name,
    Unit: name === 'RequestDuration' ? 'Milliseconds' : 'Count',
  })),
});

const CloudWatchMetrics = [
  metrics(['FunctionName', 'Route', 'StatusClass'], 'Requests'),
  metrics(['FunctionName', 'Route'], 'RequestDuration'),
  metrics(['FunctionName'], 'ColdStarts'),
];

let cold = true;

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
      StatusClass: `${Math.floor(status / 100)}xx`,
      Requests: 1,
      RequestDuration: Math.round(milliseconds),
      ColdStarts: Number(cold),
      _aws: { Timestamp: Date.now(), CloudWatchMetrics },
    }),
  );
  cold = false;
};
