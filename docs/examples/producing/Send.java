import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Sends one event over HTTP; needs nothing but Java. Repeats it while the answer is 503, which is harmless: it has an id. */
public class Send {
    public static void main(String[] args) throws Exception {
        String url = setting("FANFARE_URL", "http://127.0.0.1:8080") + "/v1/tenants/default/events";
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + setting("FANFARE_KEY", "dev"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"id\": \"java-http-17\", \"source\": \"/orders\", \"type\": \"order.created\", \"data\": {\"order\": 17}}"))
                .build();
        HttpClient client = HttpClient.newHttpClient();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        for (int tries = 1; answer.statusCode() == 503 && tries < 5; tries++) {
            long seconds = answer.headers().firstValueAsLong("Retry-After").orElse(1);
            Thread.sleep(Duration.ofSeconds(seconds).toMillis());
            answer = client.send(request, BodyHandlers.ofString());
        }
        if (answer.statusCode() != 202) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        System.out.println(answer.body());
    }

    private static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }
}
