package dev.fanfare.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * An HTTP API by its OpenAPI document: makes requests for each of its operations, good ones and bad ones, and says what
 * is wrong with an answer. Whoever uses it sends them. Confined to one thread.
 *
 * <pre>
 * operations ─▶ request(operation) ─▶ the server ─▶ faults(operation, answer)
 *               path, query, headers, body:          no undocumented status, no 500, no error but a problem document
 *               each good, or with one thing wrong
 * </pre>
 */
public final class DescribedApi {
    /** What HTTP itself may answer to any request, whatever the operation. */
    private static final List<Integer> OF_HTTP = List.of(405, 414, 431);

    private final JsonNode document;
    private final Random random;
    private final SchemaValues values;
    private final Map<String, String> known;

    /** One method at one path. */
    public record Operation(String method, String path, JsonNode description, List<JsonNode> parameters) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** What to send. The body may be no text at all. */
    public record Request(String method, String pathAndQuery, Map<String, String> headers, byte[] body) {
        @Override
        public String toString() {
            return method + " " + pathAndQuery + " " + headers + " " + new String(body, UTF_8);
        }
    }

    /** What came back. */
    public record Response(int status, String contentType, String body) {}

    /**
     * Over a document.
     *
     * @param known path parameters that exist, by name: they are mostly taken
     */
    public DescribedApi(JsonNode document, Map<String, String> known, Random random) {
        this.document = document;
        this.random = random;
        this.values = new SchemaValues(document, random);
        this.known = new TreeMap<>(known);
    }

    /** From now on mostly this is taken for a path parameter. */
    public void know(String parameter, String value) {
        known.put(parameter, value);
    }

    /** All that the document has. */
    public List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        document.path("paths").properties().forEach(path -> path.getValue().properties().stream()
                .filter(member -> !member.getKey().equals("parameters"))
                .forEach(member -> {
                    List<JsonNode> parameters = new ArrayList<>();
                    path.getValue().path("parameters").forEach(one -> parameters.add(values.resolve(one)));
                    member.getValue().path("parameters").forEach(one -> parameters.add(values.resolve(one)));
                    all.add(new Operation(
                            member.getKey().toUpperCase(Locale.ROOT), path.getKey(), member.getValue(), parameters));
                }));
        return all;
    }

    /** A request for an operation. About half of them are as the document says. */
    public Request request(Operation operation) {
        boolean good = random.nextBoolean();
        String path = operation.path();
        List<String> query = new ArrayList<>();
        Map<String, String> headers = new LinkedHashMap<>();
        for (JsonNode parameter : operation.parameters()) {
            String name = parameter.path("name").asText();
            switch (parameter.path("in").asText()) {
                case "path" -> path = path.replace("{" + name + "}", encode(pathValue(name, parameter, good)));
                case "query" -> {
                    if (random.nextInt(3) == 0) {
                        query.add(name + "=" + encode(value(parameter, good)));
                    }
                }
                case "header" -> {
                    if (random.nextInt(3) == 0) {
                        headers.put(name, visible(value(parameter, good)));
                    }
                }
                default -> throw new IllegalStateException(parameter + " stands in an unknown place");
            }
        }
        byte[] body = body(operation, good, headers);
        return new Request(
                operation.method(), path + (query.isEmpty() ? "" : "?" + String.join("&", query)), headers, body);
    }

    /** What is wrong with an answer, each in words; empty where nothing is. */
    public List<String> faults(Operation operation, Response response) {
        List<String> faults = new ArrayList<>();
        int status = response.status();
        JsonNode documented =
                values.resolve(operation.description().path("responses").path(Integer.toString(status)));
        if (documented.isMissingNode() && !OF_HTTP.contains(status)) {
            faults.add("status " + status + " is not documented");
        }
        if (status >= 400) {
            faults.addAll(problemFaults(response));
        } else if (documented.has("content")
                && !response.body().isEmpty()
                && !documented.path("content").has(mediaType(response.contentType()))) {
            faults.add("content type '" + response.contentType() + "' is not documented");
        }
        return faults;
    }

    private static List<String> problemFaults(Response response) {
        if (!mediaType(response.contentType()).equals("application/problem+json")) {
            return List.of("an error in '" + response.contentType() + "'");
        }
        try {
            JsonNode problem = Json.STRICT.readTree(response.body());
            boolean whole = problem.path("status").asInt() == response.status()
                    && !problem.path("title").asText().isBlank()
                    && !problem.path("detail").asText().isBlank();
            return whole ? List.of() : List.of("a problem without status, title or detail");
        } catch (JsonProcessingException e) {
            return List.of("a problem that is no JSON: " + e.getMessage());
        }
    }

    private byte[] body(Operation operation, boolean good, Map<String, String> headers) {
        JsonNode content = operation.description().path("requestBody").path("content");
        if (content.isEmpty()) {
            return new byte[0];
        }
        List<Map.Entry<String, JsonNode>> types = new ArrayList<>(content.properties());
        Map.Entry<String, JsonNode> type = types.get(random.nextInt(types.size()));
        headers.put("content-type", type.getKey());
        JsonNode schema = type.getValue().path("schema");
        if (good) {
            return values.good(schema).toString().getBytes(UTF_8);
        }
        byte[] bad = values.bad(schema).toString().getBytes(UTF_8);
        switch (random.nextInt(8)) {
            case 0 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length + 1));
            case 1 -> bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            case 2 -> headers.put("content-type", random.nextBoolean() ? "text/plain" : "application/xml");
            case 3 -> headers.remove("content-type");
            case 4 -> bad = values.nastyText().getBytes(ISO_8859_1);
            default -> {
                // its value is bad enough
            }
        }
        return bad;
    }

    private String pathValue(String name, JsonNode parameter, boolean good) {
        String here = known.get(name);
        if (here != null && (good || random.nextInt(4) > 0)) {
            return here;
        }
        String value = value(parameter, good);
        // an empty segment, or one of dots alone, is another path
        return value.isEmpty() || value.chars().allMatch(c -> c == '.') ? "x" : value;
    }

    private String value(JsonNode parameter, boolean good) {
        return good ? values.good(parameter.path("schema")).asText() : values.nastyText();
    }

    /** HTTP clients send no other characters in headers. */
    private static String visible(String text) {
        return text.chars()
                .filter(c -> c >= ' ' && c <= '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private static String mediaType(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip();
    }
}
