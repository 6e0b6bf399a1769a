FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Broker/Broker.csproj -c Release -o /app --no-self-contained

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["dotnet", "Broker.dll", "probe", "127.0.0.1:8080"]
# The base image's own address would only be overridden, with a warning.
ENV ASPNETCORE_HTTP_PORTS=
# SIGTERM drains: every session gets GOODBYE before the process ends.
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "Broker.dll"]
# Without authentication the router refuses this address: whoever runs the image accepts that by adding --allow-anonymous, as docker-compose.yml does.
# The health check expects port 8080.
CMD ["--listen", "0.0.0.0:8080"]
