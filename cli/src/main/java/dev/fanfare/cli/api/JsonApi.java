package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The management API for JSON. Every call fails in the server's words where it is refused. Safe for several threads. */
public record JsonApi(ApiClient client) {
    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final byte[] NO_BODY = {};

    /** Sends a body and returns what is answered; a {@code PATCH} is a merge patch. */
    public JsonNode call(String method, String path, JsonNode body) {
        return client.call(
                        method,
                        path,
                        method.equals("PATCH") ? MERGE_PATCH : JSON,
                        body.toString().getBytes(StandardCharsets.UTF_8))
                .json();
    }

    /** Asks for something to be done, without a body. */
    public JsonNode call(String method, String path) {
        return client.call(method, path, null, NO_BODY).json();
    }

    /** One object. */
    public JsonNode get(String path) {
        return call("GET", path);
    }

    /** Deletes one. */
    public void delete(String path) {
        client.call("DELETE", path, null, NO_BODY);
    }

    /** All of a list, page by page. */
    public List<JsonNode> pages(String path) {
        List<JsonNode> all = new ArrayList<>();
        String query = "?limit=500";
        while (true) {
            JsonNode page = get(path + query);
            page.path("items").forEach(all::add);
            if (!page.hasNonNull("nextCursor")) {
                return all;
            }
            query = "?limit=500&cursor="
                    + ApiClient.encode(page.path("nextCursor").asText());
        }
    }
}
