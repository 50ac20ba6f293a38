package dev.fanfare.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.ApiDescription;
import io.vertx.ext.web.Router;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code /openapi.json}, the description of what this process offers, and {@code /docs}, a page to read and try it.
 * Everything comes from this process; the page's policy allows no other. Both are open to all: they hold no data.
 */
final class ApiDocs {
    /** Swagger UI sets styles on elements and draws its icons from data URLs; beyond that, only what is ours. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String WEBJAR = "swagger-ui";
    private static final String SCRIPT = "text/javascript; charset=utf-8";

    private ApiDocs() {}

    /** Mounts both, where the roles have mounted anything that is described: of that they tell, and of nothing else. */
    static void mount(Router router) {
        ObjectNode description = ApiDescription.read();
        JsonNode paths = description.path("paths");
        Set<String> offered = offered(router);
        paths.properties().forEach(path -> ((ObjectNode) path.getValue())
                .properties()
                .removeIf(member -> isOperation(member.getKey())
                        && !offered.contains(member.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
        paths.properties().removeIf(path -> path.getValue().properties().stream()
                .noneMatch(member -> isOperation(member.getKey())));
        if (paths.isEmpty()) {
            return;
        }
        StaticFile.of(description.toString().getBytes(StandardCharsets.UTF_8), "application/json")
                .mount(router, "/openapi.json");
        StaticFile.of(
                        ApiDocs.class,
                        "docs.html",
                        "text/html; charset=utf-8",
                        Map.of("content-security-policy", POLICY, "referrer-policy", "no-referrer"))
                .mount(router, "/docs");
        StaticFile.of(ApiDocs.class, "docs.js", SCRIPT, Map.of()).mount(router, "/docs/docs.js");
        StaticFile.ofWebjar(WEBJAR, "swagger-ui-bundle.js", SCRIPT).mount(router, "/docs/swagger-ui-bundle.js");
        StaticFile.ofWebjar(WEBJAR, "swagger-ui.css", "text/css; charset=utf-8").mount(router, "/docs/swagger-ui.css");
    }

    /** Methods and paths, as the description writes them. */
    private static Set<String> offered(Router router) {
        return router.getRoutes().stream()
                .filter(route -> route.getPath() != null && route.methods() != null)
                .flatMap(route ->
                        route.methods().stream().map(method -> method + " " + ApiDescription.template(route.getPath())))
                .collect(Collectors.toSet());
    }

    private static boolean isOperation(String member) {
        return !member.equals("parameters");
    }
}
