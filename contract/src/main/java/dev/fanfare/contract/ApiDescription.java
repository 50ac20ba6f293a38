package dev.fanfare.contract;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The HTTP interface of all roles in OpenAPI 3.1, written by hand; the roles' tests compare it with what they do. */
public final class ApiDescription {
    private ApiDescription() {}

    /** A copy of one's own. */
    public static ObjectNode read() {
        try (InputStream in = ApiDescription.class.getResourceAsStream("openapi.json")) {
            return (ObjectNode) Json.STRICT.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.json is part of this jar", e);
        }
    }

    /** A path as OpenAPI writes it, {@code /things/{id}}, from one of a router: {@code /things/:id}. */
    public static String template(String routerPath) {
        return routerPath.replaceAll(":(\\w+)", "{$1}");
    }
}
