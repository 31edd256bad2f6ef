# syntax=docker/dockerfile:1
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# docker build --build-arg REVISION="$(git rev-parse HEAD)" lets the program tell what it was built from.
ARG REVISION
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X main.builtFrom=$REVISION" -o /souk ./cmd/souk && mkdir /empty

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /souk /souk
COPY --from=build --chown=65532:65532 /empty /data
# Large spreadsheets are unpacked here.
COPY --from=build --chown=65532:65532 /empty /tmp
USER 65532:65532
ENV ADDR=0.0.0.0:8080 DATA_DIR=/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["/souk", "health"]
ENTRYPOINT ["/souk"]
CMD ["serve"]
