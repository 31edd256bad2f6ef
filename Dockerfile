# syntax=docker/dockerfile:1
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /souk ./cmd/souk

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /souk /souk
ENV ADDR=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["/souk"]
CMD ["serve"]
