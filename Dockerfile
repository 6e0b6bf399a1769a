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
# SIGTERM drains: every session gets GOODBYE before the process ends.
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "Broker.dll"]
CMD ["--listen", "127.0.0.1:8080"]
