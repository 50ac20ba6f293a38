package dev.fanfare.benchmarks.dispatcher;

import dev.fanfare.benchmarks.run.Loopback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Endpoints that accept, read and never answer: on a port of their own, at the last loopback addresses of the run. */
final class SilentReceiver implements AutoCloseable {
    private final Selector selector;
    private final List<ServerSocketChannel> listening = new ArrayList<>();
    private final ByteBuffer discarded = ByteBuffer.allocateDirect(64 * 1024);
    private final Thread thread;
    private int port;

    private SilentReceiver() throws IOException {
        this.selector = Selector.open();
        this.thread = new Thread(this::run, "silent-receiver");
        thread.setDaemon(true);
    }

    /** Endpoints from one number to before another. */
    static SilentReceiver start(int from, int to) {
        try {
            SilentReceiver receiver = new SilentReceiver();
            for (int endpoint = from; endpoint < to; endpoint++) {
                ServerSocketChannel channel = ServerSocketChannel.open();
                channel.bind(new InetSocketAddress(Loopback.address(endpoint), receiver.port), 1024);
                receiver.port = channel.socket().getLocalPort();
                channel.configureBlocking(false);
                channel.register(receiver.selector, SelectionKey.OP_ACCEPT);
                receiver.listening.add(channel);
            }
            receiver.thread.start();
            return receiver;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    private void run() {
        while (selector.isOpen()) {
            try {
                selector.select(this::serve);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (java.nio.channels.ClosedSelectorException e) {
                return;
            }
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                SocketChannel connection = ((ServerSocketChannel) key.channel()).accept();
                if (connection != null) {
                    connection.configureBlocking(false);
                    connection.register(selector, SelectionKey.OP_READ);
                }
            } else if (((SocketChannel) key.channel()).read(discarded.clear()) < 0) {
                key.channel().close();
            }
        } catch (IOException e) {
            key.cancel();
        }
    }

    @Override
    public void close() {
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
