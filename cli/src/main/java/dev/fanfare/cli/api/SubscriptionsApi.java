package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Subscriptions as the management API gives them. Safe for use by several threads. */
public final class SubscriptionsApi {
    private static final String PATH = "/subscriptions";
    private static final byte[] NO_BODY = {};

    private final ApiClient client;

    public SubscriptionsApi(ApiClient client) {
        this.client = client;
    }

    /** Creates one; what comes back has the {@code secret}. */
    public JsonNode create(JsonNode subscription) {
        return client.call(
                        "POST",
                        PATH,
                        "application/json",
                        subscription.toString().getBytes(StandardCharsets.UTF_8))
                .json();
    }

    /** One by its id. */
    public JsonNode get(String id) {
        return client.call("GET", PATH + "/" + ApiClient.encode(id), null, NO_BODY)
                .json();
    }

    /** Changes one by a merge patch. */
    public JsonNode update(String id, JsonNode changes) {
        return client.call(
                        "PATCH",
                        PATH + "/" + ApiClient.encode(id),
                        "application/merge-patch+json",
                        changes.toString().getBytes(StandardCharsets.UTF_8))
                .json();
    }

    /** Keeps its events from now on, instead of sending them. */
    public JsonNode pause(String id) {
        return turn(id, "/pause");
    }

    /** Sends what was kept, and what comes. */
    public JsonNode resume(String id) {
        return turn(id, "/resume");
    }

    /** Makes a new signing secret; what comes back has it. */
    public JsonNode rotateSecret(String id, JsonNode how) {
        return post(id, "/rotate-secret", how);
    }

    /** Sends it a test event; what comes back has the {@code deliveryId}. */
    public JsonNode test(String id, JsonNode event) {
        return post(id, "/test", event);
    }

    /** The attempts of one delivery, the newest first. */
    public JsonNode attempts(String deliveryId) {
        return client.call("GET", "/attempts?delivery=" + ApiClient.encode(deliveryId), null, NO_BODY)
                .json()
                .path("items");
    }

    private JsonNode post(String id, String what, JsonNode body) {
        return client.call(
                        "POST",
                        PATH + "/" + ApiClient.encode(id) + what,
                        "application/json",
                        body.toString().getBytes(StandardCharsets.UTF_8))
                .json();
    }

    private JsonNode turn(String id, String turn) {
        return client.call("POST", PATH + "/" + ApiClient.encode(id) + turn, null, NO_BODY)
                .json();
    }

    /** Begins to send it events of the past; what comes back has the {@code id} of the replay. */
    public JsonNode replay(String id, JsonNode which) {
        return post(id, "/replay", which);
    }

    /** How far a replay is. */
    public JsonNode replay(String id, String run) {
        return client.call(
                        "GET", PATH + "/" + ApiClient.encode(id) + "/replays/" + ApiClient.encode(run), null, NO_BODY)
                .json();
    }

    /** Its replays, the newest first. */
    public JsonNode replays(String id) {
        return client.call("GET", PATH + "/" + ApiClient.encode(id) + "/replays", null, NO_BODY)
                .json()
                .path("items");
    }

    /** Has a replay stop. */
    public JsonNode stopReplay(String id, String run) {
        return client.call(
                        "POST",
                        PATH + "/" + ApiClient.encode(id) + "/replays/" + ApiClient.encode(run) + "/stop",
                        null,
                        NO_BODY)
                .json();
    }

    /** Deletes one. */
    public void delete(String id) {
        client.call("DELETE", PATH + "/" + ApiClient.encode(id), null, NO_BODY);
    }

    /** Deletes one if it is there; false where there was none, or where Fanfare refused. */
    public boolean deleteIfThere(String id) {
        ApiAnswer answer = client.request("DELETE", PATH + "/" + ApiClient.encode(id), null, NO_BODY);
        return answer.isSuccess();
    }

    /** All of the tenant, page by page. */
    public void forEach(Consumer<JsonNode> each) {
        String query = "?limit=500";
        while (true) {
            JsonNode page = client.call("GET", PATH + query, null, NO_BODY).json();
            page.path("items").forEach(each);
            if (!page.hasNonNull("nextCursor")) {
                return;
            }
            query = "?limit=500&cursor="
                    + ApiClient.encode(page.path("nextCursor").asText());
        }
    }
}
