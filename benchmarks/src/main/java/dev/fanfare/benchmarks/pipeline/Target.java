package dev.fanfare.benchmarks.pipeline;

import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;

/**
 * The Fanfare that is measured: where it takes events, where it is managed, as whom.
 *
 * @param ingest  the base of the service that takes events
 * @param control the base of the management API
 */
record Target(URI ingest, URI control, String key, String tenant) {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(30);

    /** A question to the management API, below the tenant. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(control + "/v1/tenants/" + tenant + path))
                .timeout(CONNECT_WITHIN)
                .header("authorization", "Bearer " + key);
    }

    /** The head of a request that brings events, up to its length. */
    String eventsHead() {
        return "POST /v1/tenants/" + tenant + "/events HTTP/1.1\r\nhost: " + ingest.getAuthority()
                + "\r\nauthorization: Bearer " + key + "\r\ncontent-type: application/json\r\ncontent-length: ";
    }

    int ingestPort() {
        return ingest.getPort() < 0 ? 80 : ingest.getPort();
    }
}
