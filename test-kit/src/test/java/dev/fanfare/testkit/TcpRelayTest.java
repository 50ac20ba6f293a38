package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpRelayTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FaultyReceiver receiver = FaultyReceiver.start();
    private final TcpRelay relay = TcpRelay.to(receiver.port());
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        relay.close();
        receiver.close();
    }

    private HttpRequest request() {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + relay.port() + "/"))
                .POST(HttpRequest.BodyPublishers.ofString("hello"))
                .build();
    }

    private int status() throws Exception {
        return http.send(request(), BodyHandlers.discarding()).statusCode();
    }

    @Test
    void whatIsSaidGoesThroughBothWays() throws Exception {
        receiver.otherwise(Answer.status(200).body("hi"));
        assertThat(http.send(request(), BodyHandlers.ofString()).body()).isEqualTo("hi");
        assertThat(receiver.requests().get(0).bodyText()).isEqualTo("hello");
        assertThat(relay.connections()).isEqualTo(1);
    }

    @Test
    void anAnswerThatEndsWithTheConnectionComesWhole() throws Exception {
        receiver.otherwise(Answer.status(200).header("Connection", "close").body("x".repeat(200_000)));
        try (Socket client = new Socket("127.0.0.1", relay.port())) {
            client.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readAllBytes()).hasSizeGreaterThan(200_000);
        }
    }

    @Test
    void cutItResetsConnectionsAndHealedItCarriesThemAgain() throws Exception {
        assertThat(status()).isEqualTo(204);
        relay.cut();
        assertThatThrownBy(this::status).isInstanceOf(IOException.class);
        assertThat(receiver.count()).isEqualTo(1);
        relay.heal();
        assertThat(status()).isEqualTo(204);
    }

    @Test
    void silentItHoldsWhatIsSaidUntilItIsHealed() throws Exception {
        assertThat(status()).isEqualTo(204);
        relay.silence();
        CompletableFuture<HttpResponse<Void>> onOldConnection = http.sendAsync(request(), BodyHandlers.discarding());
        try (Socket onNewConnection = new Socket("127.0.0.1", relay.port())) {
            onNewConnection
                    .getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            relay.heal();
            assertThat(receiver.awaitCount(3, PATIENCE)).hasSize(3);
            assertThat(onNewConnection.getInputStream().readAllBytes()).isNotEmpty();
        }
        assertThat(onOldConnection.get().statusCode()).isEqualTo(204);
    }

    @Test
    void aTargetThatIsNotThereIsAReset() {
        try (TcpRelay nowhere = TcpRelay.to(1)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + nowhere.port() + "/"))
                    .build();
            assertThatThrownBy(() -> http.send(request, BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class);
        }
    }
}
