package dev.fanfare.benchmarks.dispatcher;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Child;
import dev.fanfare.benchmarks.run.Loopback;
import dev.fanfare.benchmarks.run.Pause;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An nginx of our own that answers every request with 204, on one port of many loopback addresses: each is an HTTP route
 * of its own. It counts what it got (ngx_http_stub_status_module). Confined to one thread.
 */
final class NginxReceiver implements AutoCloseable {
    private static final int START_ATTEMPTS = 200;
    private static final String STATUS_REQUEST = "GET /status HTTP/1.1\r\nHost: status\r\n\r\n";

    private final Child process;
    private final int port;
    private final Socket status;
    private final BufferedReader answers;
    /** Our own questions are requests too. */
    private long asked;

    private NginxReceiver(Child process, int port, int statusPort) throws IOException {
        this.process = process;
        this.port = port;
        this.status = connect(process, statusPort);
        this.answers = new BufferedReader(new InputStreamReader(status.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** @throws BenchmarkFailure where there is no nginx */
    static NginxReceiver start(Path folder, int addresses, int workers) {
        try {
            String program = program();
            Files.createDirectories(folder);
            int port = Loopback.freePort();
            int statusPort = Loopback.freePort();
            Path configuration = folder.resolve("nginx.conf");
            Files.writeString(configuration, configuration(folder, addresses, port, statusPort, workers));
            Child process = Child.start(
                    "nginx",
                    folder.resolve("nginx.log"),
                    List.of(program, "-p", folder.toString(), "-c", configuration.toString(), "-e", "stderr"));
            try {
                return new NginxReceiver(process, port, statusPort);
            } catch (IOException | RuntimeException e) {
                process.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String program() {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
        return Stream.of(path.split(":"))
                .map(folder -> Path.of(folder, "nginx"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() -> BenchmarkFailure.missing("nginx is needed as the receiver and was not found: install"
                        + " it (Debian, Ubuntu: apt-get install nginx-light; it need not run as a service)"));
    }

    private static String configuration(Path folder, int addresses, int port, int statusPort, int workers) {
        String listens = Loopback.addresses(0, addresses)
                .map(address -> "    listen " + address + ":" + port + " backlog=1024;\n")
                .collect(Collectors.joining());
        return """
                daemon off;
                worker_processes %d;
                worker_rlimit_nofile 20000;
                pid %s/nginx.pid;
                error_log stderr error;
                events { worker_connections 8192; }
                http {
                  access_log off;
                  tcp_nodelay on;
                  keepalive_timeout 1h;
                  keepalive_requests 1000000000;
                  client_body_buffer_size 64k;
                  client_body_temp_path %s/body;
                  proxy_temp_path %s/proxy;
                  fastcgi_temp_path %s/fastcgi;
                  uwsgi_temp_path %s/uwsgi;
                  scgi_temp_path %s/scgi;
                  server {
                %s    location / { return 204; }
                  }
                  server {
                    listen 127.0.0.1:%d;
                    location = /status { stub_status; }
                  }
                }
                """.formatted(workers, folder, folder, folder, folder, folder, folder, listens, statusPort);
    }

    private static Socket connect(Child process, int port) throws IOException {
        for (int attempt = 1; ; attempt++) {
            process.check();
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                socket.setTcpNoDelay(true);
                return socket;
            } catch (IOException e) {
                socket.close();
                if (attempt == START_ATTEMPTS) {
                    throw e;
                }
                Pause.millis(25);
            }
        }
    }

    int port() {
        return port;
    }

    Child process() {
        return process;
    }

    /** Requests that came in since it started. */
    long received() {
        try {
            asked++;
            status.getOutputStream().write(STATUS_REQUEST.getBytes(StandardCharsets.US_ASCII));
            long requests = -1;
            int left = -1;
            for (String line = readLine(); !line.isEmpty(); line = readLine()) {
                if (line.startsWith("Content-Length:")) {
                    left = Integer.parseInt(line.substring(15).strip());
                }
            }
            String previous = "";
            while (left > 0) {
                String line = readLine();
                left -= line.length() + 1;
                if (previous.startsWith("server accepts")) {
                    requests = Long.parseLong(line.strip().split(" ")[2]);
                }
                previous = line;
            }
            if (requests < 0) {
                throw BenchmarkFailure.of("nginx's status is not understood; last line: " + previous);
            }
            return requests - asked;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String readLine() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw BenchmarkFailure.of("nginx closed its status connection; see " + process.log());
        }
        return line;
    }

    @Override
    public void close() {
        try {
            status.close();
        } catch (IOException e) {
            // nothing is left to say to it
        }
        process.stop();
        process.close();
    }
}
